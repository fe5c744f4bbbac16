// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

/** What stands behind a page when it is pinned. */
public enum PageKind {
    /** A private page with its own cell. */
    ANON,
    /** A private anonymous page that nobody wrote: the zero page. */
    ZERO,
    /** A private page of a file that nobody wrote: the page cache. */
    FILE,
    /** A shared page. */
    SHARED
}
