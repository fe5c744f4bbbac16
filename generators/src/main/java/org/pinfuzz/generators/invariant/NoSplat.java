// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

/** The kernel does not complain. */
final class NoSplat extends Invariant {
    NoSplat() {
        super(
                "NO-SPLAT",
                "The kernel's log has no warning, bug, oops, hang or bad page state.",
                new KernelVersion(5, 0),
                "include/asm-generic/bug.h; Documentation/admin-guide/bug-hunting.rst");
    }

    @Override
    protected boolean needsNoModel() {
        return true;
    }

    @Override
    protected void atEnd(Moment moment, Report report) {
        moment.splats().forEach(title -> report.violation(this, moment, "a quiet console", title));
        if (moment.splats().isEmpty()) {
            report.pass(this);
        }
    }
}
