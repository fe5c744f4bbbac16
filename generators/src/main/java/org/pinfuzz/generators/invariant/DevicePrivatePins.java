// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.Optional;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.model.Place;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.PageFact;

/** Pins and the memory of devices do not meet. One subclass for each side from which they could. */
abstract class DevicePrivatePins extends Invariant {
    DevicePrivatePins(String id, String statement, KernelVersion since, String source) {
        super(id, statement, since, source);
    }

    @Override
    protected final boolean tellsPageKindsApart() {
        return false;
    }

    static boolean migratesToDevice(Moment moment) {
        return moment.step()
                .filter(step -> step.operation() == Operations.MIGRATE_TO_DEVICE)
                .isPresent();
    }

    /** A pin of a page that is in a device's memory brings it back first. */
    static final class Pinned extends DevicePrivatePins {
        Pinned() {
            super(
                    "DEV-PRIV-GUP",
                    "A pinned page is not in the private memory of a device: to pin it is to bring it back.",
                    new KernelVersion(5, 6),
                    "follow_page_pte and faultin_page, mm/gup.c: what is not present is faulted in; do_swap_page"
                            + " (migrate_to_ram), mm/memory.c");
        }

        @Override
        protected void afterStep(Moment moment, Report report) {
            if (!moment.model().deviceUsed() || migratesToDevice(moment)) {
                return;
            }
            for (Pin pin : moment.model().livePins()) {
                for (PinnedPage page : pin.held()) {
                    check(moment, report, pin, page);
                }
            }
        }

        private void check(Moment moment, Report report, Pin pin, PinnedPage page) {
            Optional<PageFact> frame = moment.page(page.pfn());
            Optional<MappingFact> mapping =
                    page.diverged() ? Optional.empty() : page.place().flatMap(place -> mapping(moment, place));
            boolean frameThere =
                    frame.filter(fact -> fact.is(PageFact.Flag.DEVICE)).isPresent();
            boolean mappingThere =
                    page.coherent() && mapping.filter(MappingFact::inDevice).isPresent();
            if (!frameThere && !mappingThere) {
                if (frame.isPresent()) {
                    report.pass(this);
                }
            } else if (report.first(this, page)) {
                report.violation(
                        this,
                        promisedFrom(),
                        moment,
                        pin,
                        page.kind(),
                        "what k" + pin.number() + " has pinned is in the system's memory",
                        frameThere ? "the frame is a device's" : "its page is in a device's memory");
            }
        }

        private static Optional<MappingFact> mapping(Moment moment, Place place) {
            return moment.mappings().stream()
                    .filter(mapping -> moment.model().alive(mapping.task())
                            && place.equals(new Place(
                                    moment.model().task(mapping.task()).memory(), mapping.region(), mapping.page())))
                    .findFirst();
        }
    }

    /** A pinned page does not go into a device's memory. */
    static final class Migrated extends DevicePrivatePins {
        Migrated() {
            super(
                    "DEV-MIG-PINNED",
                    "Migration to a device passes pinned pages over: mapping and content stay.",
                    new KernelVersion(5, 6),
                    "migrate_vma_check_page, mm/migrate_device.c: a page with more references than mappings explain is"
                            + " not migrated");
        }

        @Override
        protected void afterStep(Moment moment, Report report) {
            if (!migratesToDevice(moment)) {
                return;
            }
            moment.divergences().forEach(divergence -> {
                report.violation(this, promisedFrom(), moment, divergence);
                divergence.page().cell().ifPresent(report::taint);
            });
            boolean pinned = moment.model().livePins().stream()
                    .flatMap(pin -> pin.held().stream())
                    .anyMatch(page -> page.coherent() && page.mapped() && page.pfn() != 0);
            if (moment.divergences().isEmpty() && pinned) {
                report.pass(this);
            }
        }
    }
}
