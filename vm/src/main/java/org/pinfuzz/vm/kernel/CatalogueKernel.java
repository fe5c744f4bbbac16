// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.util.List;

/** A kernel as the catalogue describes it: either one that Debian built, or one that is built here. */
public sealed interface CatalogueKernel permits DebianKernel, SourceKernel {
    /** What users call it. */
    String name();

    /** One line about it. */
    String title();

    /** Where its packages are. */
    List<Suite> suites();
}
