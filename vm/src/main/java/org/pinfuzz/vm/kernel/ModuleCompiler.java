// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;

/**
 * Which program builds modules for a kernel: the compiler that built the kernel, by its name or another
 * one. Another version of GCC does where kbuild takes it; between GCC and clang there is no choice, their kernels are
 * built with different options.
 *
 * <p>A kernel's configuration holds what its compiler was able to do, and kbuild passes all of that on: a newer GCC takes
 * it, an older one stops at the first option that it does not know.
 */
public final class ModuleCompiler {
    /** GCC and clang write 12.2.0 as 120200. */
    private static final int VERSION_DIGITS = 10_000;

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final Pattern VERSION = Pattern.compile("(\\d+)[.\\s]");
    private static final Pattern PROGRAM = Pattern.compile("[A-Za-z0-9_.+-]+");
    private static final Pattern NAMED_VERSION = Pattern.compile("gcc-(\\d{1,3})");
    private static final String DEFAULT = "gcc";

    private final Programs programs;

    /** The compilers of a machine. */
    @FunctionalInterface
    interface Programs {
        /** The major version of a compiler; empty when there is no such program. */
        OptionalInt majorOf(String program);
    }

    ModuleCompiler(Programs programs) {
        this.programs = requireNonNull(programs, "programs is null");
    }

    /** The compilers among some tools. */
    static ModuleCompiler among(Toolbox tools) {
        return new ModuleCompiler(program -> major(tools, program));
    }

    /** What a kernel that came with its configuration wants: the GCC of the version that built it. */
    static String wantedBy(KernelConfig config) {
        int major = major(config, "GCC_VERSION");
        return major == 0 ? DEFAULT : DEFAULT + "-" + major;
    }

    /**
     * The program among some tools with which modules of a kernel are built; empty when none of them does. The usual one
     * comes first where it is of the version that the kernel wants.
     */
    public static Optional<String> find(Kernel kernel, Toolbox tools) {
        return among(tools).find(kernel, tools::available);
    }

    Optional<String> find(Kernel kernel, Predicate<String> available) {
        Matcher versioned = NAMED_VERSION.matcher(kernel.compiler());
        if (!versioned.matches()) {
            return Optional.of(kernel.compiler()).filter(available);
        }
        int wanted = Integer.parseInt(versioned.group(1));
        OptionalInt usual = programs.majorOf(DEFAULT);
        if (usual.isPresent() && usual.getAsInt() == wanted) {
            return Optional.of(DEFAULT);
        }
        return Optional.of(kernel.compiler())
                .filter(available)
                .or(() -> Optional.of(DEFAULT).filter(gcc -> usual.isPresent() && usual.getAsInt() > wanted));
    }

    /**
     * The program among some tools with which modules of a kernel are built.
     *
     * @throws VmException when there is none; the message compares the compiler of the kernel with the one that is there
     */
    public static String require(Kernel kernel, Toolbox tools) {
        return find(kernel, tools).orElseThrow(() -> {
            OptionalInt usual = major(tools, DEFAULT);
            String builtWith = kernel.config()
                    .value("CC_VERSION_TEXT")
                    .map(text -> text.replace("\"", ""))
                    .orElse(kernel.compiler());
            return new VmException("building pinfuzz.ko for " + kernel.release() + " failed: the kernel was built with "
                    + builtWith + ", whose options no older compiler knows, and "
                    + (usual.isPresent() ? "gcc here is " + usual.getAsInt() : "there is no gcc here") + "; "
                    + tools.missing(kernel.compiler(), kernel.compiler()));
        });
    }

    private static int major(KernelConfig config, String option) {
        return config.value(option)
                .filter(text -> text.matches("\\d{5,8}"))
                .map(text -> Integer.parseInt(text) / VERSION_DIGITS)
                .orElse(0);
    }

    /**
     * The program for modules of a kernel.
     *
     * @param what the kernel, for messages
     * @throws VmException when there is none
     */
    String choose(String what, KernelConfig config, ProgressListener progress) {
        boolean clang = config.enabled("CC_IS_CLANG");
        String family = clang ? "clang" : "gcc";
        String builtWith = config.value("CC_VERSION_TEXT").orElse(family).replace("\"", "");
        int wanted = major(config, clang ? "CLANG_VERSION" : "GCC_VERSION");
        for (String program : List.of(family, firstWord(builtWith, family), family + "-" + wanted)) {
            OptionalInt major = programs.majorOf(program);
            if (major.isPresent() && (wanted == 0 || major.getAsInt() == wanted)) {
                return program;
            }
        }
        OptionalInt here = programs.majorOf(family);
        if (here.isEmpty()) {
            throw new VmException("looking for a compiler for modules of " + what + " failed: it was built with "
                    + builtWith + ", and there is no " + family + " here; install " + family + "-" + wanted);
        }
        progress.progress(what + " was built with " + builtWith + "; its module is built with " + family + " "
                + here.getAsInt() + ", since " + family + "-" + wanted + " is not here");
        return family;
    }

    /** The program that the kernel was built with, if its name is one. */
    private static String firstWord(String text, String otherwise) {
        String word = text.split("\\s", 2)[0];
        return PROGRAM.matcher(word).matches() && word.contains(otherwise) ? word : otherwise;
    }

    private static OptionalInt major(Toolbox tools, String program) {
        if (!tools.available(program)) {
            return OptionalInt.empty();
        }
        try {
            HostCommand.Result result =
                    new HostCommand(List.of(program, "-dumpversion"), Path.of("/"), ANSWER_LIMIT).runForOutput(tools);
            return Optional.of(VERSION.matcher(result.output()))
                    .filter(Matcher::find)
                    .map(matcher -> OptionalInt.of(Integer.parseInt(matcher.group(1))))
                    .orElse(OptionalInt.empty());
        } catch (IOException e) {
            return OptionalInt.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException("asking " + program + " for its version was interrupted; run it again", e);
        }
    }
}
