// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.ArrayList;
import java.util.List;

/** The pages of a memory file or of a shared anonymous mapping: one cell each, for all mappers. */
public final class SharedObject {
    private final List<Cell> cells = new ArrayList<>();

    SharedObject(int pages) {
        for (int i = 0; i < pages; i++) {
            cells.add(Cell.fresh(0));
        }
    }

    public int pages() {
        return cells.size();
    }

    /** The cell of a page inside the object. */
    public Cell cell(int page) {
        return cells.get(page);
    }
}
