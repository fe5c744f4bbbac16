// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.pinfuzz.generators.invariant.Run.mmap;
import static org.pinfuzz.generators.invariant.Run.shortWritePin;
import static org.pinfuzz.generators.invariant.Seen.PRESENT;
import static org.pinfuzz.generators.invariant.Seen.PROTECTED;
import static org.pinfuzz.generators.invariant.Seen.WRITABLE;
import static org.pinfuzz.generators.invariant.Seen.frame;
import static org.pinfuzz.generators.invariant.Seen.run;
import static org.pinfuzz.generators.invariant.Seen.step;
import static org.pinfuzz.generators.operation.Operations.FORK;
import static org.pinfuzz.generators.operation.Operations.MADVISE;
import static org.pinfuzz.generators.operation.Operations.MREMAP;
import static org.pinfuzz.generators.operation.Operations.READ;
import static org.pinfuzz.generators.operation.Operations.UFFD_FILL;
import static org.pinfuzz.generators.operation.Operations.UFFD_MOVE;
import static org.pinfuzz.generators.operation.Operations.UFFD_PROTECT;
import static org.pinfuzz.generators.operation.Operations.UFFD_REGISTER;
import static org.pinfuzz.generators.operation.Operations.UNPIN;
import static org.pinfuzz.generators.operation.Operations.WRITE;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;

/** What userfaultfd must not do is noticed, and what it may do is not. */
class UffdTest {
    private static final long PFN = 0x1234;
    private static final long EEXIST = Errno.EEXIST.negated();
    private static final long EBUSY = Errno.EBUSY.negated();
    private static final long EFAULT = Errno.EFAULT.negated();
    private static final int WP = 0;
    private static final int MISSING = 1;
    private static final int ON = 0;
    private static final int OFF = 1;
    private static final int COPY = 1;

    private static final Seen MAPPED = step(0, mmap(1));

    private static Seen written() {
        return step(0, Step.of(0, WRITE, 0, 0, 1)).entry(0, 0, PRESENT | WRITABLE | PFN, frame(PFN, 1));
    }

    private static Seen pinned() {
        return step(1, shortWritePin(0, 0, 1)).values(PFN).entry(0, 0, PRESENT | WRITABLE | PFN, frame(PFN, 1025));
    }

    private static Seen registered(int mode, long entry) {
        return step(0, Step.of(0, UFFD_REGISTER, 0, 0, 1, mode)).entry(0, 0, entry);
    }

    private static Seen protect(int state, long entry) {
        return step(0, Step.of(0, UFFD_PROTECT, 0, 0, 1, state)).values(0L).entry(0, 0, entry, frame(PFN, 1));
    }

    private static Seen filled(long answer) {
        return step(answer, Step.of(0, UFFD_FILL, 0, 0, 1, COPY)).values(answer);
    }

    private static Seen moved(long answer) {
        return step(0, Step.of(0, UFFD_MOVE, 0, 0, 1, 1)).values(answer);
    }

    static Stream<Arguments> causes() {
        return Stream.of(
                arguments(
                        "UFFD",
                        "uffd_fill",
                        "a page that is there is replaced",
                        run(MAPPED, written(), registered(MISSING, PRESENT | PFN), filled(0))),
                arguments("UFFD", "uffd_move", "a pinned page is moved", run(MAPPED, written(), pinned(), moved(0))),
                arguments(
                        "UFFD",
                        "uffd_move",
                        "a pinned page is tried for ever",
                        run(MAPPED, written(), pinned(), Seen.stuck(moved(0).step()))),
                arguments(
                        "UFFD",
                        "write",
                        "a store where it is protected",
                        run(
                                MAPPED,
                                written(),
                                registered(WP, PRESENT | WRITABLE | PFN),
                                protect(ON, PRESENT | PROTECTED | PFN),
                                step(0, Step.of(0, WRITE, 0, 0, 1)))),
                arguments(
                        "UFFD",
                        "uffd_protect",
                        "a page that is protected and keeps its right in the page table",
                        run(
                                MAPPED,
                                written(),
                                registered(WP, PRESENT | WRITABLE | PFN),
                                protect(ON, PRESENT | WRITABLE | PFN))),
                arguments(
                        "UFFD",
                        "read",
                        "a mark that is lost by a read",
                        run(
                                MAPPED,
                                written(),
                                registered(WP, PRESENT | WRITABLE | PFN),
                                protect(ON, PRESENT | PROTECTED | PFN),
                                step(0, Step.of(0, READ, 0, 0, 1))
                                        .values(Tokens.of(1, 0))
                                        .entry(0, 0, PRESENT | PFN))));
    }

    @ParameterizedTest(name = "{0} after {1}: {2}")
    @MethodSource("causes")
    void itIsNoticedWhen(String invariant, String operation, String cause, Run run) {
        assertThat(run.judge().first()).hasValueSatisfying(violation -> {
            assertThat(violation.invariant()).isEqualTo(invariant);
            assertThat(violation.operation()).isEqualTo(operation);
        });
    }

    static Stream<Arguments> lookAlikes() {
        return Stream.of(
                arguments(
                        "UFFD",
                        "a page that is there is refused",
                        run(MAPPED, written(), registered(MISSING, PRESENT | PFN), filled(EEXIST))),
                arguments(
                        "UFFD",
                        "a hole that was a page is filled",
                        run(
                                MAPPED,
                                written(),
                                registered(MISSING, PRESENT | PFN),
                                step(0, Step.of(0, MADVISE, 0, 0, 1, 0)).entry(0, 0, 0),
                                step(EFAULT, Step.of(0, READ, 0, 0, 1))
                                        .values(0L)
                                        .faults(1),
                                filled(0),
                                step(0, Step.of(0, READ, 0, 0, 1)).values(Tokens.of(5, 0)))),
                arguments("UFFD", "a pinned page is refused", run(MAPPED, written(), pinned(), moved(EBUSY))),
                arguments(
                        "UFFD",
                        "a page is moved after its unpin, and faults where it was",
                        run(
                                MAPPED,
                                written(),
                                registered(MISSING, PRESENT | PFN),
                                pinned(),
                                step(0, Step.of(0, UNPIN, 0)),
                                moved(0),
                                step(0, Step.of(0, READ, 1, 0, 1)).values(Tokens.of(1, 0)),
                                step(EFAULT, Step.of(0, READ, 0, 0, 1))
                                        .values(0L)
                                        .faults(1))),
                arguments(
                        "UFFD",
                        "a store after the protection was taken away",
                        run(
                                MAPPED,
                                written(),
                                registered(WP, PRESENT | WRITABLE | PFN),
                                protect(ON, PRESENT | PROTECTED | PFN),
                                step(EFAULT, Step.of(0, WRITE, 0, 0, 1)).faults(1),
                                protect(OFF, PRESENT | PFN),
                                written())),
                arguments(
                        "UFFD",
                        "a store of a child, which belongs to no userfaultfd",
                        run(
                                MAPPED,
                                written(),
                                registered(WP, PRESENT | WRITABLE | PFN),
                                protect(ON, PRESENT | PROTECTED | PFN),
                                step(0, Step.of(0, FORK, 1)),
                                step(0, Step.of(1, WRITE, 0, 0, 1)))),
                arguments(
                        "UFFD",
                        "a store where the mapping was moved to",
                        run(
                                MAPPED,
                                written(),
                                registered(WP, PRESENT | WRITABLE | PFN),
                                protect(ON, PRESENT | PROTECTED | PFN),
                                step(0, Step.of(0, MREMAP, 0, 0, 1, 1, 0)),
                                step(0, Step.of(0, WRITE, 1, 0, 1)))),
                arguments(
                        "UFFD",
                        "nothing was there to protect",
                        run(MAPPED, registered(WP, 0), protect(ON, 0), written())));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("lookAlikes")
    void itIsNotReportedThat(String invariant, String lookAlike, Run run) {
        assertThat(run.judge().violations()).isEmpty();
        assertThat(run.judge().inconclusive()).isEmpty();
    }
}
