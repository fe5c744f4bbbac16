// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.pinfuzz.generators.invariant.Run.longReadPin;
import static org.pinfuzz.generators.invariant.Run.longWritePin;
import static org.pinfuzz.generators.invariant.Run.mmap;
import static org.pinfuzz.generators.invariant.Run.shortReadPin;
import static org.pinfuzz.generators.invariant.Run.shortWritePin;
import static org.pinfuzz.generators.invariant.Seen.PRESENT;
import static org.pinfuzz.generators.invariant.Seen.WRITABLE;
import static org.pinfuzz.generators.invariant.Seen.frame;
import static org.pinfuzz.generators.invariant.Seen.run;
import static org.pinfuzz.generators.invariant.Seen.step;
import static org.pinfuzz.generators.invariant.Seen.stuck;
import static org.pinfuzz.generators.operation.Operations.DEVICE_READ;
import static org.pinfuzz.generators.operation.Operations.EXT4_CREATE;
import static org.pinfuzz.generators.operation.Operations.FORK;
import static org.pinfuzz.generators.operation.Operations.MADV_POPULATE_WRITE;
import static org.pinfuzz.generators.operation.Operations.MLOCK;
import static org.pinfuzz.generators.operation.Operations.MMAP;
import static org.pinfuzz.generators.operation.Operations.MMAP_FILE;
import static org.pinfuzz.generators.operation.Operations.MMAP_HUGETLB;
import static org.pinfuzz.generators.operation.Operations.MPROTECT;
import static org.pinfuzz.generators.operation.Operations.MREMAP;
import static org.pinfuzz.generators.operation.Operations.MUNMAP;
import static org.pinfuzz.generators.operation.Operations.PIN;
import static org.pinfuzz.generators.operation.Operations.UNPIN;
import static org.pinfuzz.generators.operation.Operations.VMSPLICE;
import static org.pinfuzz.generators.operation.Operations.WRITE;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.EndRead;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.ProgramEnd;

/** What is promised of pinned pages whatever is done around them: each promise fires on its cause, and on nothing like it. */
class PinnedPagesTest {
    private static final long PFN = 0x1234;
    private static final long OTHER = 0x4321;
    private static final int PINNED = 1025;
    private static final int READ_ONLY = 1;
    private static final int READ_WRITE = 0;
    private static final int PRIVATE = 0;
    private static final int SHARED = 1;
    private static final int MOVE = 0;
    private static final int FAST = 1;
    private static final int WRITE_ACCESS = 0;
    private static final int SHORT = 0;
    private static final long EFAULT = Errno.EFAULT.negated();
    private static final long ENOMEM = Errno.ENOMEM.negated();

    private static final Seen MAPPED = step(0, mmap(1));
    private static final Seen READABLE = step(0, Step.of(0, MMAP, 0, 1, PRIVATE, READ_ONLY));
    private static final Seen FORKED = step(0, Step.of(0, FORK, 1));
    private static final Step UNPINNED = Step.of(0, UNPIN, 0);
    private static final Step DEVICE_READS = Step.of(0, DEVICE_READ, 0);

    private static Seen write(int task, long pfn, PageFact... facts) {
        return step(0, Step.of(task, WRITE, 0, 0, 1)).entry(0, 0, PRESENT | WRITABLE | pfn, facts);
    }

    private static Seen pinned(Step pin, PageFact... facts) {
        return step(1, pin).values(PFN).entry(0, 0, PRESENT | WRITABLE | PFN, facts);
    }

    private static Seen pinned() {
        return pinned(shortWritePin(0, 0, 1), frame(PFN, PINNED));
    }

    private static Step fastPin() {
        return Step.of(0, PIN, 0, 0, 1, 0, WRITE_ACCESS, SHORT, FAST);
    }

    private static Step mprotect(int protection) {
        return Step.of(0, MPROTECT, 0, 0, 1, protection);
    }

    private static PageFact with(PageFact fact, PageFact.Flag flag) {
        return flagged(fact, fact.flags() | 1 << flag.ordinal());
    }

    private static PageFact without(PageFact fact, PageFact.Flag flag) {
        return flagged(fact, fact.flags() & ~(1 << flag.ordinal()));
    }

    private static PageFact flagged(PageFact fact, int flags) {
        return new PageFact(
                fact.pfn(),
                flags,
                fact.refs(),
                fact.pins(),
                fact.maps(),
                fact.zone(),
                fact.migratetype(),
                fact.node(),
                fact.order());
    }

    /** A page of a folio of eight, which counts its pins apart. */
    private static PageFact large(long pfn, int pins) {
        return new PageFact(pfn, frame(pfn, PINNED).flags(), 8 + pins, pins, 1, 2, 1, 0, 3);
    }

    private static PageFact mapped(PageFact fact, int maps) {
        return new PageFact(
                fact.pfn(), fact.flags(), fact.refs(), fact.pins(), maps, fact.zone(), fact.migratetype(), fact.node());
    }

    private static Run onDisk(int sharing, long answer) {
        Seen pin = step(answer, longWritePin(0, 0, 1));
        return run(
                step(0, Step.of(0, EXT4_CREATE, 0, 1)),
                step(0, Step.of(0, MMAP_FILE, 0, 0, 1, sharing, READ_WRITE)),
                answer < 0 ? pin : pin.values(PFN).entry(0, 0, PRESENT | PFN));
    }

    /** Both sides of a fork wrote, and the parent reads what it referred to before. */
    private static Run spliced(long value) {
        return run(
                MAPPED,
                write(0, PFN),
                step(1, Step.of(0, VMSPLICE, 0, 0, 1, 0)).values(PFN).entry(0, 0, PRESENT | PFN),
                FORKED,
                write(1, OTHER),
                write(0, PFN),
                step(0, DEVICE_READS).values(value));
    }

    private static EndRead charged(EndRead.Source source, long pages) {
        return new EndRead(source, 0, 0, 0, false, pages, 0);
    }

    private static Leftovers missing(int hugePages) {
        return new Leftovers(0, 0, 0, 0, 0, 0, 0, 0, hugePages);
    }

    private static Run moved(long left, long there) {
        return run(
                MAPPED,
                write(0, PFN),
                pinned(),
                step(0, Step.of(0, MREMAP, 0, 0, 1, 1, 1))
                        .entry(0, 0, left)
                        .entry(1, 0, there, frame(there & 0xffff, PINNED)));
    }

    static Stream<Arguments> causes() {
        return Stream.of(
                arguments(
                        "PAE-PIN",
                        "pin",
                        "a pinned page that is not exclusive",
                        run(
                                MAPPED,
                                pinned(shortReadPin(0, 0, 1), without(frame(PFN, PINNED), PageFact.Flag.EXCLUSIVE)))),
                arguments(
                        "PAE-SHARED",
                        "write",
                        "an exclusive page with two mappings",
                        run(MAPPED, write(0, PFN, mapped(frame(PFN, 2), 2)))),
                arguments(
                        "PAE-WRITABLE",
                        "write",
                        "a writable page that is not exclusive",
                        run(MAPPED, write(0, PFN, without(frame(PFN, 1), PageFact.Flag.EXCLUSIVE)))),
                arguments(
                        "PINCOUNT-EXACT",
                        "pin",
                        "a large folio with a pin too many",
                        run(MAPPED, pinned(shortWritePin(0, 0, 1), large(PFN, 2)))),
                arguments(
                        "PINCOUNT-EXACT",
                        "pin",
                        "a small folio with too few references for its pins",
                        run(MAPPED, pinned(shortWritePin(0, 0, 1), with(frame(PFN, 3), PageFact.Flag.MAYBE_PINNED)))),
                arguments(
                        "UNPIN-RELEASES",
                        "unpin",
                        "a page that still looks pinned after its unpin",
                        run(
                                MAPPED,
                                pinned(),
                                step(0, UNPINNED).entry(0, 0, PRESENT | WRITABLE | PFN, frame(PFN, PINNED)))),
                arguments(
                        "LT-ERR-ATOMIC",
                        "pin",
                        "a failed long-term pin that leaves a page pinned",
                        run(MAPPED, step(ENOMEM, longWritePin(0, 0, 1)).pinsChange(1))),
                arguments(
                        "LT-ERR-ATOMIC",
                        "pin",
                        "a long-term pin that pinned one page twice",
                        run(
                                MAPPED,
                                pinned(longWritePin(0, 0, 1), frame(PFN, PINNED))
                                        .pinsChange(2))),
                arguments("LT-FS", "pin", "a long-term pin of a shared page of a disk", onDisk(SHARED, 1)),
                arguments(
                        "PERM",
                        "pin",
                        "a write pin of what may only be read",
                        run(READABLE, step(1, shortWritePin(0, 0, 1)).values(PFN))),
                arguments(
                        "MPROTECT-SAFE",
                        "mprotect",
                        "another frame after mprotect",
                        run(
                                MAPPED,
                                pinned(),
                                step(0, mprotect(READ_ONLY)).entry(0, 0, PRESENT | OTHER, frame(OTHER, 1)))),
                arguments("MREMAP-SAFE", "mremap", "another frame at the new place", moved(0, PRESENT | OTHER)),
                arguments(
                        "MREMAP-SAFE",
                        "mremap",
                        "a private page that stays behind as well",
                        moved(PRESENT | OTHER, PRESENT | PFN)),
                arguments(
                        "MUNMAP-PIN",
                        "device_read",
                        "another value after munmap",
                        run(
                                MAPPED,
                                write(0, PFN),
                                pinned(),
                                step(0, Step.of(0, MUNMAP, 0, 0, 1)),
                                step(0, DEVICE_READS).values(0x99L))),
                arguments(
                        "NO-LEAK",
                        "device_read",
                        "what the child wrote shows in the parent's pipe",
                        spliced(Tokens.of(4, 0))),
                arguments(
                        "POPULATE",
                        "madv_populate_write",
                        "a page that is not there after it was populated",
                        run(
                                MAPPED,
                                step(0, Step.of(0, MADV_POPULATE_WRITE, 0, 0, 1))
                                        .entry(0, 0, 0))),
                arguments(
                        "FORK-FAST-GUP",
                        "pin",
                        "a fast pin of a page with two mappings",
                        run(
                                MAPPED,
                                write(0, PFN, frame(PFN, 1)),
                                FORKED,
                                pinned(fastPin(), mapped(without(frame(PFN, PINNED), PageFact.Flag.EXCLUSIVE), 2)))),
                arguments(
                        "HUGETLB",
                        "end",
                        "a huge page that does not come back",
                        run(step(0, Step.of(0, MMAP_HUGETLB, 0, 1, PRIVATE))).leaving(missing(1))),
                arguments(
                        "BOOKKEEPING",
                        "end",
                        "a locked page that is not charged",
                        run(MAPPED, step(0, Step.of(0, MLOCK, 0, 0, 1)))
                                .findingAtTheEnd(charged(EndRead.Source.LOCKED, 0))),
                arguments(
                        "BOOKKEEPING",
                        "end",
                        "a charge for pins that there are none of",
                        run(MAPPED).findingAtTheEnd(charged(EndRead.Source.PINNED, 1))),
                arguments(
                        "KILLABLE",
                        "end",
                        "a long-term pin that cannot be killed",
                        run(MAPPED, stuck(longWritePin(0, 0, 1)))
                                .ending(ProgramEnd.TIMED_OUT)
                                .leaving(new Leftovers(0, 0, 0, 0, 1, 0, 0, 0))));
    }

    @ParameterizedTest(name = "{0} after {1}: {2}")
    @MethodSource("causes")
    void an_invariant_fires_on_its_cause(String invariant, String operation, String cause, Run run) {
        Judgement judgement = run.judge();

        assertThat(judgement.violations()).anySatisfy(violation -> {
            assertThat(violation.invariant()).isEqualTo(invariant);
            assertThat(violation.operation()).isEqualTo(operation);
        });
    }

    static Stream<Arguments> lookAlikes() {
        return Stream.of(
                arguments("PAE-PIN", "a pinned page that is exclusive", run(MAPPED, pinned())),
                arguments(
                        "PAE-SHARED",
                        "a page with two mappings that is not exclusive",
                        run(
                                MAPPED,
                                step(0, Step.of(0, WRITE, 0, 0, 1))
                                        .entry(
                                                0,
                                                0,
                                                PRESENT | PFN,
                                                mapped(without(frame(PFN, 2), PageFact.Flag.EXCLUSIVE), 2)))),
                arguments(
                        "PAE-WRITABLE", "a writable page that is exclusive", run(MAPPED, write(0, PFN, frame(PFN, 1)))),
                arguments(
                        "PINCOUNT-EXACT",
                        "a small folio with more references than its pin explains",
                        run(MAPPED, pinned(shortWritePin(0, 0, 1), frame(PFN, 3000)))),
                arguments(
                        "PINCOUNT-EXACT",
                        "a large folio with the pin that it has",
                        run(MAPPED, pinned(shortWritePin(0, 0, 1), large(PFN, 1)))),
                arguments(
                        "UNPIN-RELEASES",
                        "a page that another pin holds",
                        run(
                                MAPPED,
                                pinned(),
                                pinned(shortWritePin(1, 0, 1), frame(PFN, 2 * PINNED)),
                                step(0, UNPINNED).entry(0, 0, PRESENT | WRITABLE | PFN, frame(PFN, PINNED)),
                                step(0, Step.of(0, UNPIN, 1)).entry(0, 0, PRESENT | WRITABLE | PFN, frame(PFN, 1)))),
                arguments(
                        "LT-ERR-ATOMIC",
                        "a long-term pin of the zero page, which is not counted",
                        run(
                                MAPPED,
                                pinned(
                                                longReadPin(0, 0, 1),
                                                with(without(frame(PFN, 1), PageFact.Flag.ANON), PageFact.Flag.ZERO))
                                        .pinsChange(0))),
                arguments(
                        "LT-FS", "a long-term pin of a shared page of a disk that is refused", onDisk(SHARED, EFAULT)),
                arguments(
                        "PERM",
                        "a write pin of what may only be read, which is refused",
                        run(READABLE, step(EFAULT, shortWritePin(0, 0, 1)))),
                arguments(
                        "MPROTECT-SAFE",
                        "the same frame after mprotect",
                        run(
                                MAPPED,
                                pinned(),
                                step(0, mprotect(READ_ONLY)).entry(0, 0, PRESENT | PFN, frame(PFN, PINNED)))),
                arguments("MREMAP-SAFE", "the same frame at the new place", moved(0, PRESENT | PFN)),
                arguments(
                        "MUNMAP-PIN",
                        "the same value after munmap",
                        run(
                                MAPPED,
                                write(0, PFN),
                                pinned(),
                                step(0, Step.of(0, MUNMAP, 0, 0, 1)),
                                step(0, DEVICE_READS).values(Tokens.of(1, 0)))),
                arguments("NO-LEAK", "what the parent itself wrote shows in its pipe", spliced(Tokens.of(5, 0))),
                arguments("NO-LEAK", "what was there before the fork shows in the pipe", spliced(Tokens.of(1, 0))),
                arguments(
                        "POPULATE",
                        "a page that is there after it was populated",
                        run(
                                MAPPED,
                                step(0, Step.of(0, MADV_POPULATE_WRITE, 0, 0, 1))
                                        .entry(0, 0, PRESENT | WRITABLE | PFN))),
                arguments(
                        "FORK-FAST-GUP",
                        "a fast pin of a page with one mapping",
                        run(MAPPED, write(0, PFN, frame(PFN, 1)), pinned(fastPin(), frame(PFN, PINNED)))),
                arguments(
                        "HUGETLB",
                        "a huge page that comes back",
                        run(step(0, Step.of(0, MMAP_HUGETLB, 0, 1, PRIVATE)))),
                arguments(
                        "BOOKKEEPING",
                        "a locked page that is charged",
                        run(MAPPED, step(0, Step.of(0, MLOCK, 0, 0, 1)))
                                .findingAtTheEnd(charged(EndRead.Source.LOCKED, 1))),
                arguments(
                        "KILLABLE",
                        "a long-term pin that can be killed",
                        run(MAPPED, stuck(longWritePin(0, 0, 1))).ending(ProgramEnd.TIMED_OUT)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("lookAlikes")
    void an_invariant_is_silent_on_what_looks_like_its_cause(String invariant, String what, Run run) {
        Judgement judgement = run.judge();

        assertThat(judgement.violations()).isEmpty();
        assertThat(judgement.passed()).containsKey(invariant);
    }
}
