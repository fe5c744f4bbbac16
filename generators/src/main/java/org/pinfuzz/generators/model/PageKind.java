// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

/** What stands behind a page when it is pinned. */
public enum PageKind {
    /** A private page with its own cell. */
    ANON,
    /** The same, but fork has copied it and neither side has written since: the kernel may keep both in one frame. */
    FORKED,
    /** A private anonymous page that nobody wrote: the zero page. */
    ZERO,
    /** A private page of a file that nobody wrote: the page cache. */
    FILE,
    /** A shared page. */
    SHARED;

    /** Whether the page is a private one with its own cell. */
    public boolean owned() {
        return this == ANON || this == FORKED;
    }
}
