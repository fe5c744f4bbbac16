// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * The unpacked source of a kernel, which nobody changes.
 *
 * @param packageName the package that it came in
 * @param packageVersion that package's version
 * @param directory the tree
 */
record KernelSource(String packageName, String packageVersion, Path directory) {
    KernelSource {
        requireNonNull(packageName, "packageName is null");
        requireNonNull(packageVersion, "packageVersion is null");
        requireNonNull(directory, "directory is null");
    }
}
