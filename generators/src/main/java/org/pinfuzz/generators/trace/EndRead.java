// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

import static java.util.Objects.requireNonNull;

/**
 * What was read when all steps were over: a page through a pin or by a task in its own memory, or what a task's memory is
 * charged with.
 *
 * @param source through what it was read
 * @param task the task that read
 * @param handle number of the pin, or of the region
 * @param page page of the pin, or of the region
 * @param faulted whether the read failed; then the value means nothing
 * @param value the 64-bit value at the page's start
 * @param entry for memory the pagemap entry, for pins 0
 */
public record EndRead(Source source, int task, int handle, int page, boolean faulted, long value, long entry) {
    /** Through what a page was read. */
    public enum Source {
        PIN,
        MEMORY,
        /** Pages that are locked, VmLck. */
        LOCKED,
        /** Pages that are pinned, VmPin. */
        PINNED
    }

    public EndRead {
        requireNonNull(source, "source is null");
    }

    public MappingFact mapping() {
        return new MappingFact(task, handle, page, entry);
    }
}
