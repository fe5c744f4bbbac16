// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A kernel that is on this machine.
 *
 * @param name its name in the catalogue
 * @param release what {@code uname -r} says in it
 * @param image the bootable image
 * @param modulesDir its modules, {@code lib/modules/<release>}
 * @param headersDir what modules are built against
 * @param compiler the compiler that its modules want, a program's name; see {@link ModuleCompiler#find}
 * @param config its configuration
 * @param packageVersions the packages that it came from, with their versions; for a kernel that was built here also a
 *     digest of all that went into it
 */
public record Kernel(
        String name,
        String release,
        Path image,
        Path modulesDir,
        Path headersDir,
        String compiler,
        KernelConfig config,
        SortedMap<String, String> packageVersions) {
    public Kernel {
        requireNonNull(name, "name is null");
        requireNonNull(release, "release is null");
        requireNonNull(image, "image is null");
        requireNonNull(modulesDir, "modulesDir is null");
        requireNonNull(headersDir, "headersDir is null");
        requireNonNull(compiler, "compiler is null");
        requireNonNull(config, "config is null");
        packageVersions = Collections.unmodifiableSortedMap(new TreeMap<>(packageVersions));
    }
}
