// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One region's slot in one task: which of its pages are mapped, and to what. */
public final class Region {
    /** Most pages of a region. */
    public static final int MAX_PAGES = 8;

    private final @Nullable Page[] pages = new Page[MAX_PAGES];

    /** The page, if it is mapped. */
    public Optional<Page> page(int index) {
        return index < MAX_PAGES ? Optional.ofNullable(pages[index]) : Optional.empty();
    }

    public boolean anythingMapped() {
        return Arrays.stream(pages).anyMatch(page -> page != null);
    }

    /** Pages up to the last one that is mapped. */
    public int extent() {
        int extent = MAX_PAGES;
        while (extent > 0 && pages[extent - 1] == null) {
            extent--;
        }
        return extent;
    }

    void map(int index, Page page) {
        pages[index] = page;
    }

    void unmap(int index) {
        pages[index] = null;
    }

    Region forked() {
        Region copy = new Region();
        for (int i = 0; i < MAX_PAGES; i++) {
            Page page = pages[i];
            if (page != null && page.onFork() != Page.ForkAdvice.LEAVE_OUT) {
                copy.map(i, page.forked());
            }
        }
        return copy;
    }
}
