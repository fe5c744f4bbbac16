// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Set;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.model.SharedObject;
import org.pinfuzz.generators.trace.Errno;

/** {@code memfd_pin_folios} (6.11): a long-term pin of pages of a memory file by its descriptor. Answers how many. */
final class MemfdPin extends FileOperation {
    private static final PinMode MODE = new PinMode(PinMode.By.MEMFD, true, true);

    MemfdPin() {
        super("memfd_pin", 72);
    }

    @Override
    public boolean pinsForLong() {
        return true;
    }

    @Override
    public Watch watch() {
        return Watch.PINS;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.MODULE, Facility.MEMFD_PIN);
    }

    @Override
    public int weight() {
        return 32;
    }

    /** With its own assertions on, 6.12 stops at huge pages that nobody has reserved (alloc_hugetlb_folio_reserve, mm/hugetlb.c). */
    @Override
    boolean rarelyOf(SharedObject file) {
        return file.hugetlb();
    }

    @Override
    PinMode mode(SharedObject file) {
        return MODE;
    }

    @Override
    Results refusals(SharedObject file, int inside) {
        return file.kind() == SharedObject.Kind.DISK
                ? Results.only(Errno.EINVAL)
                : Results.only(Errno.ENOMEM, Errno.EBUSY, Errno.EAGAIN, Errno.EINTR);
    }
}
