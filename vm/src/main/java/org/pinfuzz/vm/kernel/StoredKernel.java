// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.pinfuzz.vm.VmException;

/** The record that lies beside the files of a kernel in the cache, and that is read back as a {@link Kernel}. */
final class StoredKernel {
    private static final String RECORD = "kernel.json";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private StoredKernel() {}

    /** Whether a directory of the cache holds a kernel. */
    static boolean in(Path root) {
        return Files.isRegularFile(root.resolve(RECORD));
    }

    static Path image(Path root, String release) {
        return root.resolve("boot/vmlinuz-" + release);
    }

    static Path modules(Path root, String release) {
        return root.resolve("lib/modules/" + release);
    }

    static Path headers(Path root, String release) {
        return root.resolve("usr/src/linux-headers-" + release);
    }

    /**
     * Writes the record.
     *
     * @throws VmException when a file that it names is not there
     */
    static void write(Path root, String name, String release, SortedMap<String, String> packages) throws IOException {
        Map<String, Path> parts = new LinkedHashMap<>();
        Path merged = root.resolve("usr/lib/modules/" + release);
        parts.put("image", firstOf(image(root, release), merged.resolve("vmlinuz")));
        parts.put("modules", firstOf(modules(root, release), merged));
        parts.put("headers", headers(root, release));
        ObjectNode json = MAPPER.createObjectNode().put("name", name).put("release", release);
        parts.forEach((part, path) -> {
            if (!Files.exists(path)) {
                throw new VmException(
                        "storing the kernel " + release + " failed: there is no " + root.relativize(path));
            }
            json.put(part, root.relativize(path).toString());
        });
        ObjectNode versions = json.putObject("packages");
        packages.forEach(versions::put);
        Files.writeString(root.resolve(RECORD), json.toPrettyString() + "\n");
    }

    /** Debian's packages have had the image beside the modules since 7.2, and both below usr. */
    private static Path firstOf(Path usual, Path other) {
        return Files.exists(usual) || !Files.exists(other) ? usual : other;
    }

    /**
     * The kernel in a directory of the cache.
     *
     * @throws VmException when its record is damaged
     */
    static Kernel read(Path root) {
        try {
            JsonNode json = MAPPER.readTree(root.resolve(RECORD).toFile());
            SortedMap<String, String> versions = new TreeMap<>();
            json.required("packages")
                    .properties()
                    .forEach(entry ->
                            versions.put(entry.getKey(), entry.getValue().asText()));
            Path headers = root.resolve(json.required("headers").asText());
            KernelConfig config = KernelConfig.read(headers.resolve(".config"));
            return new Kernel(
                    json.required("name").asText(),
                    json.required("release").asText(),
                    root.resolve(json.required("image").asText()),
                    root.resolve(json.required("modules").asText()),
                    headers,
                    ModuleCompiler.wantedBy(config),
                    config,
                    versions);
        } catch (IOException | IllegalArgumentException e) {
            throw new VmException(
                    "reading the fetched kernel in " + root + " failed: " + e.getMessage()
                            + "; delete that directory and fetch it again",
                    e);
        }
    }

    /** Kernels of which a directory has one each. */
    static List<Path> listed(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var entries = Files.list(directory)) {
            return entries.filter(StoredKernel::in)
                    .filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .toList();
        }
    }
}
