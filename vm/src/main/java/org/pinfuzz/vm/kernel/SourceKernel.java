// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Set;

/**
 * A kernel that is built here from a source package of Debian. Two kernels of one package with the same {@code config}
 * differ by patches alone and share a build tree.
 *
 * @param name what users call it: {@code <variant>-<version>}
 * @param title one line about it
 * @param sourcePackage the package with its source, {@code linux-source-<version>}
 * @param suites where that package is
 * @param patches names of {@code kmod/patches/<version>/*.patch}, in the order in which they apply
 * @param config names of {@code kmod/config/*.config}; of two lines about one option the later counts
 * @param sources files of {@code kmod/} that are put into the tree as {@code mm/pinfuzz/} before patches apply
 */
public record SourceKernel(
        String name,
        String title,
        String sourcePackage,
        List<Suite> suites,
        List<String> patches,
        List<String> config,
        List<String> sources)
        implements CatalogueKernel {
    static final String PACKAGE_PREFIX = "linux-source-";

    public SourceKernel {
        requireNonNull(name, "name is null");
        requireNonNull(title, "title is null");
        requireNonNull(sourcePackage, "sourcePackage is null");
        suites = List.copyOf(suites);
        patches = List.copyOf(patches);
        config = List.copyOf(config);
        sources = List.copyOf(sources);
        if (!sourcePackage.startsWith(PACKAGE_PREFIX) || !name.endsWith("-" + versionOf(sourcePackage))) {
            throw new IllegalArgumentException(
                    "the name " + name + " does not end in the version of the package " + sourcePackage);
        }
        if (Set.copyOf(patches).size() != patches.size()) {
            throw new IllegalArgumentException("a patch is named twice: " + patches);
        }
    }

    private static String versionOf(String sourcePackage) {
        return sourcePackage.substring(PACKAGE_PREFIX.length());
    }

    /** The kernel's version as the package's name has it, {@code 6.12}. */
    public String version() {
        return versionOf(sourcePackage);
    }

    /** What the release ends in, so that no two kernels of one version have the same: {@code -pin}. */
    public String localVersion() {
        return "-" + name.substring(0, name.length() - version().length() - 1);
    }
}
