// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.image;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.wire.WireHeader;
import org.pinfuzz.vm.CachedDirectory;
import org.pinfuzz.vm.Digest;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.ModuleCompiler;

/**
 * Builds what a guest boots from the sources in the checkout. Each result is kept in the
 * cache under a digest of all that went into it, so that nothing is built twice and nothing stale is used.
 */
public final class ImageBuilder {
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(10);
    /** The agent's transport; what a kernel has built in needs no module. */
    private static final List<String> TRANSPORT_MODULES = List.of("virtio_pci", "virtio_console");
    /**
     * No libc and no start-up cost: a fork of the agent copies a handful of mappings. No vector registers: nothing of
     * them needs saving.
     */
    private static final List<String> AGENT_FLAGS = List.of(
            "-std=gnu11",
            "-O2",
            "-g0",
            "-static",
            "-nostdlib",
            "-ffreestanding",
            "-fno-stack-protector",
            "-fno-pie",
            "-no-pie",
            "-fno-builtin",
            "-fno-asynchronous-unwind-tables",
            "-fno-tree-loop-distribute-patterns",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-Wl,--build-id=none",
            "-Wl,-z,noexecstack");

    private final Installation installation;
    private final Toolbox tools;
    private final ProgressListener progress;

    /** Builds with the tools of this machine. */
    public ImageBuilder(Installation installation, ProgressListener progress) {
        this(installation, new HostTools(), progress);
    }

    /** @param tools what it builds with */
    public ImageBuilder(Installation installation, Toolbox tools, ProgressListener progress) {
        this.installation = requireNonNull(installation, "installation is null");
        this.tools = requireNonNull(tools, "tools is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    /**
     * The image for a kernel.
     *
     * @param withModule whether pinfuzz.ko is in it
     * @param loaded modules that are loaded at boot where the kernel has them as modules, in this order
     * @throws VmException when something cannot be built; the message has the compiler's last lines and where all are
     */
    public GuestImage image(Kernel kernel, boolean withModule, List<String> loaded) {
        return image(kernel, withModule, loaded, Optional.empty());
    }

    /**
     * The image of a guest that runs one test, several times, and ends.
     *
     * @param runs how often
     * @param withModule whether pinfuzz.ko is in it
     * @param test the test, a static program
     * @throws VmException when something cannot be built
     */
    public GuestImage testImage(Kernel kernel, boolean withModule, Path test, int runs) {
        return image(kernel, withModule, List.of(), Optional.of(new Test(test, runs)));
    }

    /** A static program, and how often it runs. */
    private record Test(Path program, int runs) {}

    private GuestImage image(Kernel kernel, boolean withModule, List<String> loaded, Optional<Test> test) {
        try {
            KernelModules known = KernelModules.of(kernel, tools);
            // A test speaks through the debug port alone.
            List<String> wanted = new ArrayList<>(test.isPresent() ? List.of() : TRANSPORT_MODULES);
            boolean disk = test.isEmpty() && DiskImage.possibleOn(kernel.config());
            Stream.concat(loaded.stream(), disk ? DiskImage.MODULES.stream() : Stream.of())
                    .filter(known::has)
                    .forEach(wanted::add);
            Map<String, byte[]> modules = known.resolve(wanted);
            if (withModule) {
                modules.put("pinfuzz", Files.readAllBytes(module(kernel)));
            }
            byte[] init = Files.readAllBytes(test.isPresent() ? tester() : agent());
            Optional<byte[]> image = disk ? Optional.of(disk()) : Optional.empty();
            byte[] initramfs =
                    test.isPresent() ? initramfs(init, modules, test.get()) : initramfs(init, modules, image);
            String digest = new Digest()
                    .add(initramfs)
                    .add(kernel.release())
                    .add(kernel.packageVersions().toString())
                    .key();
            Path directory = CachedDirectory.obtain(
                    installation.cache().resolve("images").resolve(kernel.release() + "-" + digest),
                    partial -> Files.write(partial.resolve("initramfs.cpio"), initramfs));
            return new GuestImage(kernel, directory.resolve("initramfs.cpio"), withModule, digest);
        } catch (IOException e) {
            throw new VmException("making the image for " + kernel.release() + " failed: " + FileFailure.reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException("making the image for " + kernel.release() + " was interrupted; run it again", e);
        }
    }

    /** The first file system; its layout is in {@code docs/formats/wire.md}. */
    static byte[] initramfs(byte[] agent, Map<String, byte[]> modules, Optional<byte[]> disk) {
        Cpio archive = archive(agent, modules);
        disk.ifPresent(bytes -> archive.file("ext4.img", bytes));
        return archive.finish();
    }

    private static byte[] initramfs(byte[] tester, Map<String, byte[]> modules, Test test) throws IOException {
        Cpio archive = archive(tester, modules);
        archive.executable("test", Files.readAllBytes(test.program()));
        archive.file("runs", (test.runs() + "\n").getBytes(StandardCharsets.US_ASCII));
        return archive.finish();
    }

    private static Cpio archive(byte[] init, Map<String, byte[]> modules) {
        Cpio archive = new Cpio();
        for (String directory : List.of("proc", "sys", "dev", "tmp", "modules")) {
            archive.directory(directory);
        }
        archive.executable("init", init);
        StringBuilder order = new StringBuilder();
        modules.forEach((name, bytes) -> {
            archive.file("modules/" + name + ".ko", bytes);
            // The agent loads its own module last and by itself, with its parameters.
            if (!name.equals("pinfuzz")) {
                String options = name.equals("brd") ? " " + DiskImage.DISK_OPTIONS : "";
                order.append(name).append(".ko").append(options).append('\n');
            }
        });
        archive.file("modules/order", order.toString().getBytes(StandardCharsets.US_ASCII));
        return archive;
    }

    /**
     * {@code pinfuzz.ko} for a kernel.
     *
     * @throws VmException when it does not build
     */
    public Path module(Kernel kernel) throws IOException, InterruptedException {
        List<Path> sources = sources(installation.moduleSources(), ".c", ".h", "Kbuild", "Makefile");
        return CachedDirectory.obtain(moduleDirectory(kernel, sources), partial -> {
                    progress.progress("building pinfuzz.ko for " + kernel.release());
                    copy(sources, partial);
                    build(
                            "pinfuzz.ko for " + kernel.release(),
                            partial,
                            "module-" + kernel.release(),
                            makeModule(kernel, partial),
                            otherCompiler(kernel));
                    requireFile(partial.resolve("pinfuzz.ko"));
                })
                .resolve("pinfuzz.ko");
    }

    /** Whether {@code pinfuzz.ko} of the present sources is built for a kernel. */
    public boolean moduleBuilt(Kernel kernel) {
        if (ModuleCompiler.find(kernel, tools).isEmpty()) {
            return false;
        }
        try {
            List<Path> sources = sources(installation.moduleSources(), ".c", ".h", "Kbuild", "Makefile");
            return Files.isDirectory(moduleDirectory(kernel, sources));
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Path moduleDirectory(Kernel kernel, List<Path> sources) throws IOException, InterruptedException {
        String key = new Digest()
                .addFiles(sources)
                .add(kernel.packageVersions().toString())
                .add(version(ModuleCompiler.require(kernel, tools)))
                .key();
        return installation.cache().resolve("modules").resolve(kernel.release() + "-" + key);
    }

    /**
     * Debian's headers name the compiler of the kernel itself, which this machine need not have; type information for
     * BPF would need pahole and is of no use here.
     */
    private List<String> makeModule(Kernel kernel, Path directory) {
        List<String> command = new ArrayList<>(List.of(
                "make",
                "-C",
                kernel.headersDir().toString(),
                "M=" + directory,
                "modules",
                "CC=" + ModuleCompiler.require(kernel, tools),
                "CONFIG_DEBUG_INFO_BTF_MODULES=",
                "PAHOLE=true"));
        if (kernel.config().enabled("LD_IS_LLD")) {
            // Objects of such a kernel are linked and looked into by LLVM's tools.
            command.add("LLVM=1");
        }
        return command;
    }

    /**
     * The agent, a static program.
     *
     * @throws VmException when it does not build
     */
    public Path agent() throws IOException, InterruptedException {
        List<Path> sources = new ArrayList<>(sources(installation.agentSources(), ".c", ".h", ".S"));
        sources.addAll(sources(installation.moduleSources(), "_uapi.h"));
        String header = WireHeader.render();
        String key = new Digest()
                .addFiles(sources)
                .add(header)
                .add(String.join(" ", AGENT_FLAGS))
                .add(compiler())
                .key();
        return CachedDirectory.obtain(installation.cache().resolve("agents").resolve(key), partial -> {
                    progress.progress("building the agent");
                    copy(sources, partial);
                    Files.writeString(partial.resolve("pinfuzz_wire.h"), header);
                    List<String> command = new ArrayList<>();
                    command.add("gcc");
                    command.addAll(AGENT_FLAGS);
                    command.addAll(List.of("-I", ".", "-o", "init"));
                    sources.stream()
                            .map(source -> source.getFileName().toString())
                            .filter(name -> name.endsWith(".c") || name.endsWith(".S"))
                            .forEach(command::add);
                    build("the agent", partial, "agent", command, "");
                    requireFile(partial.resolve("init"));
                })
                .resolve("init");
    }

    /** What the agent writes to the guest's disk of memory. */
    private byte[] disk() throws IOException, InterruptedException {
        String key = new Digest().add(String.join(" ", DiskImage.command())).key();
        Path image = CachedDirectory.obtain(
                        installation.cache().resolve("disks").resolve(key), partial -> {
                            build("a file system for guests", partial, "disk", DiskImage.command(), "");
                            requireFile(partial.resolve(DiskImage.FILE));
                        })
                .resolve(DiskImage.FILE);
        return DiskImage.withoutEnd(Files.readAllBytes(image));
    }

    /** The first process of a guest that runs one test. */
    private Path tester() throws IOException, InterruptedException {
        List<Path> sources = sources(installation.testerSources(), ".c");
        String key = new Digest().addFiles(sources).add(compiler()).key();
        return CachedDirectory.obtain(installation.cache().resolve("agents").resolve("tester-" + key), partial -> {
                    progress.progress("building the first process of test guests");
                    copy(sources, partial);
                    build(
                            "the first process of test guests",
                            partial,
                            "tester",
                            List.of("gcc", "-static", "-O2", "-Wall", "-Wextra", "-Werror", "-o", "init", "init.c"),
                            "");
                    requireFile(partial.resolve("init"));
                })
                .resolve("init");
    }

    private static List<Path> sources(Path directory, String... endings) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> sources = files.filter(Files::isRegularFile)
                    .filter(file -> Stream.of(endings)
                            .anyMatch(ending -> file.getFileName().toString().endsWith(ending)))
                    .filter(file -> !file.getFileName().toString().endsWith(".mod.c"))
                    .sorted()
                    .toList();
            if (sources.isEmpty()) {
                throw new VmException("looking for sources in " + directory + " failed: there are none");
            }
            return sources;
        }
    }

    private static void copy(List<Path> sources, Path into) throws IOException {
        for (Path source : sources) {
            Files.copy(source, into.resolve(source.getFileName()));
        }
    }

    /** The version of the compiler for the agent. */
    private String compiler() throws IOException, InterruptedException {
        if (!tools.available("gcc")) {
            throw new VmException("looking for a compiler failed: " + tools.missing("gcc", "gcc"));
        }
        return version("gcc");
    }

    private String version(String compiler) throws IOException, InterruptedException {
        HostCommand.Result version =
                new HostCommand(List.of(compiler, "--version"), Path.of("/"), BUILD_LIMIT).runForOutput(tools);
        return version.output().lines().findFirst().orElse("unknown " + compiler);
    }

    /** What to say of a module that does not build when its compiler is not the one that built the kernel. */
    private String otherCompiler(Kernel kernel) throws IOException, InterruptedException {
        String here = version(ModuleCompiler.require(kernel, tools));
        return kernel.config()
                .value("CC_VERSION_TEXT")
                .map(text -> text.replace("\"", ""))
                // The first word is only what the program is called.
                .filter(text -> !text.replaceFirst("^\\S+ ", "").equals(here.replaceFirst("^\\S+ ", "")))
                .map(text -> "\nthe kernel was built with " + text + ", its module with " + here
                        + ": if an option is not known, install the kernel's compiler")
                .orElse("");
    }

    private void build(String what, Path directory, String logName, List<String> command, String hint)
            throws IOException, InterruptedException {
        String program = command.stream()
                .filter(word -> !word.equals("env") && !word.contains("="))
                .findFirst()
                .orElseThrow();
        if (!tools.available(program)) {
            throw new VmException("building " + what + " failed: "
                    + tools.missing(program, program.equals(DiskImage.PROGRAM) ? DiskImage.PACKAGE : program));
        }
        Path logs = Files.createDirectories(installation.cache().resolve("logs"));
        Path log = logs.resolve(logName + ".log");
        HostCommand.Result result = new HostCommand(command, directory, BUILD_LIMIT).run(tools, log);
        if (!result.succeeded()) {
            throw new VmException("building " + what + " failed: " + program + " ended with status " + result.status()
                    + "\n  " + result.lastLines() + "\nthe whole log is in " + log + hint);
        }
    }

    private static void requireFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new VmException(
                    "building " + file.getFileName() + " failed: the build ended well but made no such file");
        }
    }
}
