// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.pinfuzz.generators.invariant.Run.mmap;
import static org.pinfuzz.generators.invariant.Run.shortWritePin;
import static org.pinfuzz.generators.invariant.Seen.DEVICE;
import static org.pinfuzz.generators.invariant.Seen.EXCLUSIVE;
import static org.pinfuzz.generators.invariant.Seen.PRESENT;
import static org.pinfuzz.generators.invariant.Seen.SWAPPED;
import static org.pinfuzz.generators.invariant.Seen.WRITABLE;
import static org.pinfuzz.generators.invariant.Seen.frame;
import static org.pinfuzz.generators.invariant.Seen.run;
import static org.pinfuzz.generators.invariant.Seen.step;
import static org.pinfuzz.generators.operation.Operations.MADVISE;
import static org.pinfuzz.generators.operation.Operations.MIGRATE_TO_DEVICE;
import static org.pinfuzz.generators.operation.Operations.MIGRATE_TO_SYSTEM;
import static org.pinfuzz.generators.operation.Operations.MIRROR_EXCLUSIVE;
import static org.pinfuzz.generators.operation.Operations.MIRROR_READ;
import static org.pinfuzz.generators.operation.Operations.MIRROR_SNAPSHOT;
import static org.pinfuzz.generators.operation.Operations.MIRROR_WRITE;
import static org.pinfuzz.generators.operation.Operations.MPROTECT;
import static org.pinfuzz.generators.operation.Operations.MUNMAP;
import static org.pinfuzz.generators.operation.Operations.READ;
import static org.pinfuzz.generators.operation.Operations.WRITE;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.PageFact;

/** What a device that mirrors a memory must not do is noticed, and what it may do is not. */
class MirrorTest {
    private static final long PFN = 0x1234;
    private static final long EFAULT = Errno.EFAULT.negated();
    private static final long EPERM = Errno.EPERM.negated();
    private static final long ENOENT = Errno.ENOENT.negated();
    private static final long AWAY = SWAPPED | DEVICE;
    private static final long HERE = PRESENT | WRITABLE | PFN;
    private static final long WRITTEN = Tokens.of(1, 0);

    private static final Seen MAPPED = step(0, mmap(1));

    private static Seen of(org.pinfuzz.generators.operation.Operation operation, long answer) {
        return step(answer, Step.of(0, operation, 0, 0, 1)).faults(answer < 0 ? 1 : 0);
    }

    private static Seen written() {
        return of(WRITE, 0).entry(0, 0, HERE, frame(PFN, 1));
    }

    private static Seen pinned() {
        return step(1, shortWritePin(0, 0, 1)).values(PFN).entry(0, 0, HERE, frame(PFN, 1025));
    }

    private static Seen protect(int protection) {
        return step(0, Step.of(0, MPROTECT, 0, 0, 1, protection));
    }

    private static Seen gone() {
        return of(MIGRATE_TO_DEVICE, 0).values(WRITTEN).entry(0, 0, AWAY);
    }

    static Stream<Arguments> causes() {
        return Stream.of(
                arguments(
                        "MIRROR-COHERENT",
                        "mirror_read",
                        "the device reads what was there before the CPU's store",
                        run(MAPPED, written(), written(), of(MIRROR_READ, 0).values(WRITTEN))),
                arguments(
                        "MIRROR-COHERENT",
                        "read",
                        "the CPU reads what was there before the device's store",
                        run(MAPPED, written(), of(MIRROR_WRITE, 0), of(READ, 0).values(WRITTEN))),
                arguments(
                        "MIRROR-INVALIDATED",
                        "mirror_read",
                        "the device reads what is unmapped",
                        run(MAPPED, written(), of(MUNMAP, 0), of(MIRROR_READ, 0).values(WRITTEN))),
                arguments(
                        "MIRROR-INVALIDATED",
                        "mirror_read",
                        "the device reads what was dropped",
                        run(
                                MAPPED,
                                written(),
                                step(0, Step.of(0, MADVISE, 0, 0, 1, 0)),
                                of(MIRROR_READ, 0).values(WRITTEN))),
                arguments(
                        "MIRROR-INVALIDATED",
                        "mirror_write",
                        "the device writes what may only be read",
                        run(MAPPED, written(), protect(1), of(MIRROR_WRITE, 0))),
                arguments(
                        "MIRROR-INVALIDATED",
                        "mirror_snapshot",
                        "the device would write what the page table lets nobody write",
                        run(
                                MAPPED,
                                written(),
                                of(MIRROR_SNAPSHOT, 0).values(2L).entry(0, 0, PRESENT | PFN, frame(PFN, 1)))),
                arguments(
                        "MIRROR-NO-PIN",
                        "mirror_read",
                        "a page has more references when the device has read it",
                        run(MAPPED, written(), of(MIRROR_READ, 1).values(WRITTEN))),
                arguments(
                        "MIRROR-DATA",
                        "read",
                        "zeroes come back from the device",
                        run(MAPPED, written(), gone(), of(READ, 0).values(0L))),
                arguments(
                        "DEV-PRIV-GUP",
                        "pin",
                        "a pin of a page that stays in the device's memory",
                        run(
                                MAPPED,
                                written(),
                                gone(),
                                step(1, shortWritePin(0, 0, 1)).values(PFN).entry(0, 0, AWAY, ofDevice(PFN)))),
                arguments(
                        "DEV-MIG-PINNED",
                        "migrate_to_device",
                        "a pinned page goes into the device's memory",
                        run(MAPPED, written(), pinned(), gone())));
    }

    @ParameterizedTest(name = "{0} after {1}: {2}")
    @MethodSource("causes")
    void itIsNoticedWhen(String invariant, String operation, String cause, Run run) {
        assertThat(run.judge().first()).hasValueSatisfying(violation -> {
            assertThat(violation.invariant()).as("%s", violation).isEqualTo(invariant);
            assertThat(violation.operation()).isEqualTo(operation);
        });
    }

    static Stream<Arguments> lookAlikes() {
        return Stream.of(
                arguments(
                        "MIRROR-COHERENT",
                        "each reads what the other wrote last",
                        run(
                                MAPPED,
                                written(),
                                of(MIRROR_READ, 0).values(WRITTEN),
                                of(MIRROR_WRITE, 0),
                                of(READ, 0).values(Tokens.of(3, 0)))),
                arguments(
                        "MIRROR-INVALIDATED",
                        "the device is refused what is unmapped, and what may only be read",
                        run(
                                MAPPED,
                                written(),
                                protect(1),
                                of(MIRROR_WRITE, EPERM),
                                of(MUNMAP, 0),
                                of(MIRROR_READ, EFAULT).values(0L),
                                of(MIRROR_SNAPSHOT, 0).values(0xffL).entry(0, 0, 0))),
                arguments(
                        "MIRROR-INVALIDATED",
                        "the device knows less than the page table has",
                        run(MAPPED, written(), of(MIRROR_SNAPSHOT, 0).values(0L).entry(0, 0, HERE, frame(PFN, 1)))),
                arguments(
                        "MIRROR-NO-PIN",
                        "a page that is mirrored as often as one likes",
                        run(
                                MAPPED,
                                written(),
                                of(MIRROR_READ, 0).values(WRITTEN),
                                of(MIRROR_READ, 0).values(WRITTEN))),
                arguments(
                        "MIRROR-DATA",
                        "what was in the device's memory comes back, once a store changed it there",
                        run(
                                MAPPED,
                                written(),
                                gone(),
                                of(READ, 0).values(WRITTEN),
                                gone(),
                                of(MIRROR_WRITE, 0),
                                of(MIGRATE_TO_SYSTEM, 0).values(0L).entry(0, 0, HERE, frame(PFN, 1)),
                                of(READ, 0).values(Tokens.of(5, 0)))),
                arguments("DEV-PRIV-GUP", "a pin that brings its page back", run(MAPPED, written(), gone(), pinned())),
                arguments(
                        "DEV-MIG-PINNED",
                        "a pinned page is passed over",
                        run(
                                MAPPED,
                                written(),
                                pinned(),
                                of(MIGRATE_TO_DEVICE, ENOENT).values(ENOENT).entry(0, 0, HERE, frame(PFN, 1025)))),
                arguments(
                        "DEV-MIG-PINNED",
                        "a pinned page that the device has to itself is in its frame",
                        run(
                                MAPPED,
                                written(),
                                pinned(),
                                of(MIRROR_EXCLUSIVE, 0).values(WRITTEN).entry(0, 0, SWAPPED | EXCLUSIVE))));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("lookAlikes")
    void itIsNotReportedThat(String invariant, String lookAlike, Run run) {
        assertThat(run.judge().violations()).isEmpty();
        assertThat(run.judge().inconclusive()).isEmpty();
    }

    private static PageFact ofDevice(long pfn) {
        return new PageFact(pfn, 1 << PageFact.Flag.DEVICE.ordinal(), 0, 0, 0, 4, 255, 0);
    }
}
