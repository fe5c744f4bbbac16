// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of a kernel that is an image and what modules are built against. */
public final class KernelFiles {
    @Option(
            names = "--kernel-image",
            paramLabel = "FILE",
            required = true,
            description = "A kernel of your own: its bzImage. Needs --kernel-headers.")
    private Optional<Path> image = Optional.empty();

    @Option(
            names = "--kernel-headers",
            paramLabel = "DIR",
            required = true,
            description = "What modules for that kernel are built against: a tree, or a distribution's headers.")
    private Optional<Path> headers = Optional.empty();

    @Option(
            names = "--kernel-modules",
            paramLabel = "DIR",
            description = "lib/modules/RELEASE of that kernel; needed where virtio is not built in.")
    private Optional<Path> modules = Optional.empty();

    /** An image, headers and perhaps modules. */
    record Given(Path image, Path headers, Optional<Path> modules) {}

    /** What was given; nothing or all that is required. */
    Optional<Given> given() {
        return image.flatMap(file -> headers.map(directory -> new Given(file, directory, modules)));
    }

    void set(String option, Path value) {
        switch (option) {
            case "--kernel-image" -> image = Optional.of(value);
            case "--kernel-headers" -> headers = Optional.of(value);
            case "--kernel-modules" -> modules = Optional.of(value);
            default -> throw new IllegalArgumentException(option + " is no option of a kernel's files");
        }
    }
}
