// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The page cache of a memory file or of a shared anonymous mapping. */
final class SharedPages {
    private final @Nullable Frame[] frames;
    private final Set<Integer> descriptors = new TreeSet<>();
    private int mappedPages;

    SharedPages(int pages) {
        frames = new Frame[pages];
    }

    int pages() {
        return frames.length;
    }

    /** The tasks that have its descriptor. */
    Set<Integer> descriptors() {
        return descriptors;
    }

    void map() {
        mappedPages++;
    }

    void unmap(PhysicalMemory memory) {
        mappedPages--;
        evictUnused(memory);
    }

    void close(int task, PhysicalMemory memory) {
        if (descriptors.remove(task)) {
            evictUnused(memory);
        }
    }

    /** The frame of a page, filled with zero when it is first asked for. */
    Frame frame(int index, PhysicalMemory memory) {
        Frame frame = frames[index];
        if (frame == null) {
            frame = memory.allocate(this);
            frames[index] = frame;
        }
        return frame;
    }

    void replace(Frame old, Frame replacement) {
        for (int i = 0; i < frames.length; i++) {
            if (frames[i] == old) {
                frames[i] = replacement;
            }
        }
    }

    private void evictUnused(PhysicalMemory memory) {
        if (mappedPages > 0 || !descriptors.isEmpty()) {
            return;
        }
        for (int i = 0; i < frames.length; i++) {
            Frame frame = frames[i];
            if (frame != null) {
                frames[i] = null;
                memory.leaveCache(frame);
            }
        }
    }
}
