// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.image;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.kernel.Kernel;

/**
 * Finds the modules of a kernel that a guest must load, with all that they depend on. Unpacked packages have no
 * {@code modules.dep}, so the dependencies are read from the modules themselves ({@code depends=} in their
 * {@code .modinfo}).
 */
final class KernelModules {
    private static final Duration UNPACK_LIMIT = Duration.ofMinutes(1);
    /** The packages that bring the programs which unpack. */
    private static final Map<String, String> PACKAGES = Map.of("xz", "xz-utils", "gzip", "gzip", "zstd", "zstd");

    private static final List<String> ENDINGS = List.of(".ko", ".ko.xz", ".ko.gz", ".ko.zst");

    private final Kernel kernel;
    private final Toolbox tools;
    private final Map<String, Path> files;
    private final Set<String> builtIn;

    private KernelModules(Kernel kernel, Toolbox tools, Map<String, Path> files, Set<String> builtIn) {
        this.kernel = kernel;
        this.tools = tools;
        this.files = files;
        this.builtIn = builtIn;
    }

    static KernelModules of(Kernel kernel, Toolbox tools) throws IOException {
        Map<String, Path> files = new HashMap<>();
        try (Stream<Path> paths = moduleFiles(kernel.modulesDir())) {
            paths.forEach(path -> moduleName(path.getFileName().toString()).ifPresent(name -> files.put(name, path)));
        }
        Path list = kernel.modulesDir().resolve("modules.builtin");
        Set<String> builtIn = Files.isRegularFile(list)
                ? Files.readString(list)
                        .lines()
                        .map(line -> line.substring(line.lastIndexOf('/') + 1))
                        .flatMap(file -> moduleName(file).stream())
                        .collect(Collectors.toSet())
                : Set.of();
        return new KernelModules(kernel, tools, files, builtIn);
    }

    /** A built tree lists its modules, and headers have none; looking through all the files of either takes seconds. */
    private static Stream<Path> moduleFiles(Path directory) throws IOException {
        if (!Files.isRegularFile(directory.resolve("Makefile"))) {
            return Files.walk(directory);
        }
        Path list = directory.resolve("modules.order");
        if (!Files.isRegularFile(list)) {
            return Stream.empty();
        }
        // Objects from 6.3 on, modules below kernel/ before that.
        return Files.readAllLines(list, StandardCharsets.ISO_8859_1).stream()
                .map(line -> line.replaceFirst("^kernel/", "").replaceFirst("\\.k?o$", ".ko"))
                .map(directory::resolve)
                .filter(Files::isRegularFile);
    }

    /** The name that a file of a module stands for: dashes and underscores are the same to the kernel. */
    private static Optional<String> moduleName(String fileName) {
        return ENDINGS.stream()
                .filter(fileName::endsWith)
                .map(ending -> fileName.substring(0, fileName.length() - ending.length())
                        .replace('-', '_'))
                .findFirst();
    }

    /**
     * The wanted modules and what they depend on, in an order in which they load, each with its uncompressed bytes.
     * What the kernel has built in is left out.
     *
     * @throws VmException when the kernel has one neither as a module nor built in
     */
    Map<String, byte[]> resolve(List<String> wanted) throws IOException, InterruptedException {
        Map<String, byte[]> ordered = new LinkedHashMap<>();
        for (String name : wanted) {
            add(name, ordered);
        }
        return ordered;
    }

    /** Whether the kernel has it as a module. */
    boolean has(String name) {
        return files.containsKey(name);
    }

    private void add(String name, Map<String, byte[]> ordered) throws IOException, InterruptedException {
        if (ordered.containsKey(name) || builtIn(name)) {
            return;
        }
        Path file = files.get(name);
        if (file == null) {
            throw new VmException("looking for the module " + name + " of the kernel " + kernel.release()
                    + " failed: it is neither in " + kernel.modulesDir() + " nor built in; use another kernel");
        }
        byte[] bytes = uncompressed(file);
        for (String dependency : dependencies(bytes, file)) {
            add(dependency, ordered);
        }
        ordered.put(name, bytes);
    }

    /** Built in by the kernel's list; where there is none, by the option that is called like the module. */
    private boolean builtIn(String name) {
        return builtIn.contains(name)
                || kernel.config()
                        .value(name.toUpperCase(Locale.ROOT))
                        .filter("y"::equals)
                        .isPresent();
    }

    private byte[] uncompressed(Path file) throws IOException, InterruptedException {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        String tool = name.endsWith(".xz") ? "xz" : name.endsWith(".gz") ? "gzip" : name.endsWith(".zst") ? "zstd" : "";
        if (tool.isEmpty()) {
            return Files.readAllBytes(file);
        }
        if (!tools.available(tool)) {
            throw new VmException("unpacking " + file + " failed: " + tools.missing(tool, PACKAGES.get(tool)));
        }
        HostCommand.Result result = new HostCommand(
                        List.of(tool, "-dc", file.toString()), file.getParent(), UNPACK_LIMIT)
                .runForOutput(tools);
        if (!result.succeeded()) {
            throw new VmException("unpacking " + file + " failed: " + tool + " ended with status " + result.status()
                    + "; delete the kernel's directory and fetch it again");
        }
        return result.output().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The modules named in the {@code depends=} of a 64-bit little-endian ELF file. */
    static List<String> dependencies(byte[] module, Path origin) {
        String info = modinfo(module, origin);
        return Stream.of(info.split("\0"))
                .filter(entry -> entry.startsWith("depends="))
                .flatMap(entry -> Stream.of(entry.substring("depends=".length()).split(",")))
                .filter(name -> !name.isBlank())
                .map(name -> name.replace('-', '_'))
                .toList();
    }

    private static String modinfo(byte[] module, Path origin) {
        try {
            ByteBuffer elf = ByteBuffer.wrap(module).order(ByteOrder.LITTLE_ENDIAN);
            int sections = Math.toIntExact(elf.getLong(0x28));
            int sectionBytes = elf.getShort(0x3a);
            int count = elf.getShort(0x3c);
            int namesHeader = sections + elf.getShort(0x3e) * sectionBytes;
            int names = Math.toIntExact(elf.getLong(namesHeader + 0x18));
            byte[] wanted = ".modinfo\0".getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < count; i++) {
                int header = sections + i * sectionBytes;
                byte[] name = new byte[wanted.length];
                elf.get(names + elf.getInt(header), name);
                if (Arrays.equals(name, wanted)) {
                    byte[] text = new byte[Math.toIntExact(elf.getLong(header + 0x20))];
                    elf.get(Math.toIntExact(elf.getLong(header + 0x18)), text);
                    return new String(text, StandardCharsets.ISO_8859_1);
                }
            }
        } catch (IndexOutOfBoundsException | ArithmeticException | BufferUnderflowException e) {
            throw new VmException("reading the module " + origin + " failed: it is no whole ELF file", e);
        }
        throw new VmException("reading the module " + origin + " failed: it has no .modinfo");
    }
}
