// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;

/** An operation on a range of pages through a descriptor of mempinfd that its task has open. */
abstract class MempinfdRangeOperation extends RangeOperation {
    MempinfdRangeOperation(String name, int code, Parameter... more) {
        super(name, code, more);
    }

    @Override
    public Family family() {
        return Family.MEMPINFD;
    }

    @Override
    public final Set<Facility> needs() {
        return Set.of(Facility.MEMPINFD);
    }

    @Override
    public final Watch watch() {
        return Watch.ACCOUNTS;
    }

    @Override
    public final boolean skipped(Model model, Step step) {
        // Huge pages of the pool would be pinned with all their small pages.
        return DescriptorOperation.closed(model, step) || model.hugetlb(region(step));
    }
}
