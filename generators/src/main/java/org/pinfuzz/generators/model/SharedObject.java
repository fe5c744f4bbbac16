// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.ArrayList;
import java.util.List;

/** The pages of a memory file or of a shared anonymous mapping: one cell each, for all mappers. */
public final class SharedObject {
    private final List<Cell> cells = new ArrayList<>();
    private final Kind kind;

    /** What keeps the pages. */
    public enum Kind {
        /** Shared memory: memfd, tmpfs, anonymous. */
        MEMORY,
        /** A file system with a disk behind it, which wants to know of every write. */
        DISK,
        /** The pool of huge pages. */
        HUGETLB
    }

    SharedObject(int pages) {
        this(pages, Kind.MEMORY);
    }

    SharedObject(int pages, Kind kind) {
        this.kind = kind;
        for (int i = 0; i < pages; i++) {
            cells.add(Cell.fresh(0));
        }
    }

    public int pages() {
        return cells.size();
    }

    public Kind kind() {
        return kind;
    }

    /** Whether its pages are those of the pool of huge pages. */
    public boolean hugetlb() {
        return kind == Kind.HUGETLB;
    }

    /** The cell of a page inside the object. */
    public Cell cell(int page) {
        return cells.get(page);
    }
}
