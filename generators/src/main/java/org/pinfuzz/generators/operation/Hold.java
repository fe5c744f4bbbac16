// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Set;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.model.SharedObject;
import org.pinfuzz.generators.trace.Errno;

/**
 * A page-cache lookup that keeps what it finds: plain references to pages of a file, no pins, as a file system or a driver
 * has them while it works on a page. Answers how many; -ENOENT where the first is not in the page cache.
 */
final class Hold extends FileOperation {
    Hold() {
        super("hold", 73);
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.MODULE);
    }

    @Override
    public int weight() {
        return 48;
    }

    @Override
    boolean needsContent() {
        return true;
    }

    @Override
    PinMode mode(SharedObject file) {
        // A file system with a disk must be told before its pages are written (page_mkwrite), and nobody is asked here.
        return new PinMode(PinMode.By.HOLD, file.kind() != SharedObject.Kind.DISK, false);
    }

    @Override
    Results refusals(SharedObject file, int inside) {
        return Results.only(Errno.ENOENT);
    }
}
