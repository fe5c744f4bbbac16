// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import java.util.Set;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;

/** What a test is about, of what the kernel promises; a test of many cases groups them so. */
public enum Chapter {
    FORK("fork and copy-on-write with pinned pages", Set.of(Operations.FORK)),
    PAGE_CACHE("references of the page cache and pins", Set.of(Operations.MMAP_FILE)),
    MOVABLE(
            "pins and movable memory",
            Set.of(Operations.MOVE_PAGES, Operations.MBIND, Operations.COMPACT, Operations.URING_PIN)),
    PINS("pins and the mappings under them", Set.of(Operations.PIN)),
    MAPPINGS("mappings without pins", Set.of());

    private final String title;
    private final Set<Operation> operations;

    Chapter(String title, Set<Operation> operations) {
        this.title = title;
        this.operations = operations;
    }

    public String title() {
        return title;
    }

    /** The first chapter that an operation of a program speaks for. */
    public static Chapter of(Program program) {
        for (Chapter chapter : values()) {
            if (program.steps().stream().anyMatch(step -> chapter.operations.contains(step.operation()))) {
                return chapter;
            }
        }
        return MAPPINGS;
    }
}
