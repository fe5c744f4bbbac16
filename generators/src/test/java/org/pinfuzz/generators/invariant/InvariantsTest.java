// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.pinfuzz.generators.invariant.Run.longReadPin;
import static org.pinfuzz.generators.invariant.Run.longWritePin;
import static org.pinfuzz.generators.invariant.Run.mmap;
import static org.pinfuzz.generators.invariant.Run.shortReadPin;
import static org.pinfuzz.generators.invariant.Run.shortWritePin;
import static org.pinfuzz.generators.operation.Operations.COMPACT;
import static org.pinfuzz.generators.operation.Operations.DEVICE_READ;
import static org.pinfuzz.generators.operation.Operations.DEVICE_WRITE;
import static org.pinfuzz.generators.operation.Operations.EXIT;
import static org.pinfuzz.generators.operation.Operations.FORK;
import static org.pinfuzz.generators.operation.Operations.MADVISE;
import static org.pinfuzz.generators.operation.Operations.MEMFD_CREATE;
import static org.pinfuzz.generators.operation.Operations.MMAP;
import static org.pinfuzz.generators.operation.Operations.MMAP_FILE;
import static org.pinfuzz.generators.operation.Operations.MOVE_PAGES;
import static org.pinfuzz.generators.operation.Operations.MPROTECT;
import static org.pinfuzz.generators.operation.Operations.MUNMAP;
import static org.pinfuzz.generators.operation.Operations.PIN;
import static org.pinfuzz.generators.operation.Operations.READ;
import static org.pinfuzz.generators.operation.Operations.UNPIN;
import static org.pinfuzz.generators.operation.Operations.URING_PIN;
import static org.pinfuzz.generators.operation.Operations.WRITE;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.StepStatus;

/** Each invariant fires on its cause and stays silent where something legal looks like it. */
class InvariantsTest {
    private static final int DONTNEED = 0;
    private static final int DONTFORK = 1;
    private static final int PAGEOUT = 3;
    private static final int ISOLATE = PageFact.MIGRATETYPES.indexOf("Isolate");
    private static final int READ_ONLY = 1;
    private static final int READ_WRITE = 0;
    private static final int SHARED = 1;

    private static final Step FORKED = Step.of(0, FORK, 1);

    private static Step write(int task) {
        return Step.of(task, WRITE, 0, 0, 1);
    }

    private static Step read(int task) {
        return Step.of(task, READ, 0, 0, 1);
    }

    private static Step mprotect(int protection) {
        return Step.of(0, MPROTECT, 0, 0, 1, protection);
    }

    private static Step advise(int advice) {
        return Step.of(0, MADVISE, 0, 0, 1, advice);
    }

    private static final Run PINNED = Run.of(mmap(1), shortWritePin(0, 0, 1));

    static Stream<Arguments> causes() {
        return Stream.of(
                arguments("NO-SPLAT", "end", "a warning", PINNED.saying("WARNING in try_grab_folio")),
                arguments(
                        "LT-CMA",
                        "pin",
                        "a page that left ZONE_MOVABLE for a CMA area",
                        Run.of(Plant.LONG_TERM_PIN_GOES_TO_CMA, mmap(1), longWritePin(0, 0, 1))),
                arguments(
                        "LT-STAY",
                        "madvise",
                        "a pinned page that is swapped out",
                        Run.of(Plant.SWAPPED_OUT_WHILE_PINNED, mmap(1), shortWritePin(0, 0, 1), advise(PAGEOUT))),
                arguments(
                        "LT-ZONE",
                        "pin",
                        "a long-term pin leaves its page in ZONE_MOVABLE",
                        Run.of(Plant.LONG_TERM_PIN_STAYS_MOVABLE, mmap(1), longWritePin(0, 0, 1))),
                arguments(
                        "LT-ZONE",
                        "pin",
                        "a long-term pin of shared memory",
                        Run.of(
                                Plant.LONG_TERM_PIN_STAYS_MOVABLE,
                                Step.of(0, MMAP, 0, 1, SHARED, 0),
                                longReadPin(0, 0, 1))),
                arguments(
                        "FORK-PARENT-KEEPS",
                        "fork",
                        "the child maps the pinned frame",
                        Run.of(Plant.FORK_SHARES_PINNED, mmap(1), shortWritePin(0, 0, 1), FORKED)),
                arguments(
                        "LT-STAY",
                        "move_pages",
                        "migration moves what is pinned",
                        Run.of(
                                Plant.MIGRATION_IGNORES_PINS,
                                mmap(1),
                                shortWritePin(0, 0, 1),
                                Step.of(0, MOVE_PAGES, 0, 0, 1, 1))),
                arguments(
                        "LT-STAY",
                        "compact",
                        "compaction moves what is pinned",
                        Run.of(Plant.MIGRATION_IGNORES_PINS, mmap(1), shortWritePin(0, 0, 1), Step.of(0, COMPACT))),
                arguments(
                        "NO-FREE-WHILE-PINNED",
                        "munmap",
                        "the last munmap frees the frame",
                        Run.of(Plant.FREED_WHILE_PINNED, mmap(1), shortWritePin(0, 0, 1), Step.of(0, MUNMAP, 0, 0, 1))),
                arguments(
                        "NO-FREE-WHILE-PINNED",
                        "write",
                        "a freed frame goes to other memory",
                        Run.of(
                                        Plant.FREED_WHILE_PINNED,
                                        mmap(1),
                                        shortWritePin(0, 0, 1),
                                        Step.of(0, MUNMAP, 0, 0, 1),
                                        Step.of(0, MMAP, 1, 1, 0, 0),
                                        Step.of(0, WRITE, 1, 0, 1))
                                .seeing(InvariantsTest::stillPinned)),
                arguments(
                        "NO-FREE-WHILE-PINNED",
                        "pin",
                        "the pinned frame has no references",
                        PINNED.seeing(fact -> counted(fact, 0))),
                arguments(
                        "MAYBE-DMA-PINNED",
                        "pin",
                        "the pinned frame does not look pinned",
                        PINNED.seeing(fact -> without(fact, PageFact.Flag.MAYBE_PINNED))),
                arguments(
                        "PIN-COHERENT-W",
                        "write",
                        "a write after mprotect copies the page away from the device",
                        Run.of(
                                Plant.COW_AFTER_MPROTECT,
                                mmap(1),
                                shortWritePin(0, 0, 1),
                                mprotect(READ_ONLY),
                                mprotect(READ_WRITE),
                                write(0))),
                arguments(
                        "PIN-COHERENT-W",
                        "read",
                        "the owner does not see what the device wrote",
                        Run.of(mmap(1), shortWritePin(0, 0, 1), Step.of(0, DEVICE_WRITE, 0), read(0))
                                .reading(3, 0L)),
                arguments(
                        "PIN-COHERENT-W",
                        "device_read",
                        "the device does not see what the owner wrote",
                        Run.of(mmap(1), shortWritePin(0, 0, 1), write(0), Step.of(0, DEVICE_READ, 0))
                                .reading(3, 0L)),
                arguments(
                        "PIN-COHERENT-R",
                        "write",
                        "a read pin of a page that a child shares",
                        Run.of(
                                Plant.READ_PIN_DOES_NOT_UNSHARE,
                                mmap(1),
                                write(0),
                                FORKED,
                                shortReadPin(0, 0, 1),
                                write(0))),
                arguments(
                        "PIN-COHERENT-R",
                        "write",
                        "a long-term read pin of the zero page",
                        Run.of(Plant.READ_PIN_OF_ZERO_DOES_NOT_UNSHARE, mmap(1), longReadPin(0, 0, 1), write(0))),
                arguments(
                        "PIN-COHERENT-R",
                        "write",
                        "a long-term read pin of a file's page",
                        Run.of(
                                Plant.READ_PIN_OF_FILE_DOES_NOT_UNSHARE,
                                Step.of(0, MEMFD_CREATE, 0, 1),
                                Step.of(0, MMAP_FILE, 0, 0, 1, 0, 0),
                                longReadPin(0, 0, 1),
                                write(0))),
                arguments(
                        "FORK-CHILD-ISOLATED",
                        "read",
                        "the child sees what a device wrote for the parent",
                        Run.of(
                                Plant.CHILD_SEES_DEVICE_WRITE,
                                mmap(1),
                                shortWritePin(0, 0, 1),
                                FORKED,
                                Step.of(0, DEVICE_WRITE, 0),
                                read(1))),
                arguments(
                        "FORK-CHILD-ISOLATED",
                        "read",
                        "the parent sees what the child wrote",
                        Run.of(mmap(1), write(0), FORKED, write(1), read(0)).reading(4, Tokens.of(3, 0))),
                arguments(
                        "PIN-BALANCE",
                        "end",
                        "a short pin leaks",
                        Run.of(Plant.PIN_LEAKS_ON_SHORT_COUNT, mmap(1), shortWritePin(0, 0, 2))),
                arguments(
                        "PIN-BALANCE",
                        "end",
                        "a page is released twice",
                        PINNED.leaving(new Leftovers(-1, 0, 0, 0, 0, 0, 0, 0))),
                arguments(
                        "PIN-BALANCE",
                        "end",
                        "a frame still looks pinned although the counters agree",
                        PINNED.leaving(new Leftovers(0, 0, 0, 1, 0, 0, 0, 0))),
                arguments(
                        "PIN-BALANCE",
                        "end",
                        "more is pinned than may be released late",
                        PINNED.leaving(new Leftovers(5, 4, 0, 0, 0, 0, 0, 0))),
                arguments(
                        "NOTHING-LEFT",
                        "end",
                        "a process stays",
                        PINNED.leaving(new Leftovers(0, 0, 0, 0, 1, 0, 0, 0))),
                arguments(
                        "NOTHING-LEFT",
                        "end",
                        "a pin's descriptor stays",
                        PINNED.leaving(new Leftovers(0, 0, 1, 0, 0, 0, 0, 0))),
                arguments(
                        "NOTHING-LEFT",
                        "end",
                        "anonymous pages stay",
                        PINNED.leaving(new Leftovers(0, 0, 0, 0, 0, 0, 3, 0))),
                arguments(
                        "RESULT",
                        "munmap",
                        "an error that the call never answers",
                        Run.of(mmap(1), Step.of(0, MUNMAP, 0, 0, 1))
                                .answering(1, StepStatus.DONE, Errno.EBUSY.negated())),
                arguments("RESULT", "pin", "more pages than were asked for", PINNED.answering(1, StepStatus.DONE, 2)),
                arguments(
                        "RESULT",
                        "write",
                        "a fault on a writable page",
                        Run.of(mmap(1), write(0)).faulting(1, 1)),
                arguments(
                        "VALUES",
                        "read",
                        "a stale value",
                        Run.of(mmap(1), write(0), write(0), read(0)).reading(3, Tokens.of(1, 0))),
                arguments(
                        "VALUES",
                        "end",
                        "a value that nobody wrote",
                        Run.of(mmap(1), write(0)).readingAtTheEnd(0, 0x1234567890L)));
    }

    @ParameterizedTest(name = "{0} after {1}: {2}")
    @MethodSource("causes")
    void anInvariantFiresOnItsCause(String invariant, String operation, String cause, Run run) {
        Judgement judgement = run.judge();

        assertThat(judgement.verdict()).isEqualTo(Verdict.VIOLATION);
        assertThat(judgement.violations()).anySatisfy(violation -> {
            assertThat(violation.invariant()).isEqualTo(invariant);
            assertThat(violation.operation()).isEqualTo(operation);
            assertThat(violation.label()).isEqualTo("VIOLATION");
            assertThat(violation.expected()).isNotBlank();
            assertThat(violation.seen()).isNotBlank();
        });
    }

    @Test
    void everyInvariantHasACause() {
        assertThat(Stream.of(
                                causes(),
                                MempinfdInvariantsTest.causes(),
                                UffdTest.causes(),
                                MirrorTest.causes(),
                                MigrationInvariantsTest.causes(),
                                PinnedPagesTest.causes())
                        .flatMap(tests -> tests)
                        .map(cause -> cause.get()[0])
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Invariants.all().stream().map(Invariant::id).toList());
    }

    static Stream<Arguments> lookAlikes() {
        return Stream.of(
                arguments("NO-SPLAT", "a quiet console", PINNED),
                arguments("LT-ZONE", "a short-term pin in ZONE_MOVABLE", PINNED),
                arguments("LT-CMA", "a short-term pin in a CMA area", PINNED.seeing(InvariantsTest::inCma)),
                arguments(
                        "LT-CMA",
                        "a long-term pin whose pageblock is isolated",
                        Run.of(mmap(1), longWritePin(0, 0, 1)).seeing(fact -> of(fact, ISOLATE))),
                arguments(
                        "LT-STAY",
                        "a page that is swapped out after its unpin",
                        Run.of(mmap(1), shortWritePin(0, 0, 1), Step.of(0, UNPIN, 0), advise(PAGEOUT), read(0))),
                arguments(
                        "LT-STAY",
                        "a pinned page that is asked to go and does not",
                        Run.of(
                                mmap(1),
                                shortReadPin(0, 0, 1),
                                advise(PAGEOUT),
                                longWritePin(1, 0, 1),
                                advise(PAGEOUT))),
                arguments(
                        "VALUES",
                        "a page that comes back from swap, in parent and child",
                        Run.of(mmap(1), write(0), advise(PAGEOUT), FORKED, write(0), read(1), read(0))),
                arguments(
                        "LT-ZONE", "a long-term pin that leaves ZONE_MOVABLE", Run.of(mmap(1), longWritePin(0, 0, 1))),
                arguments(
                        "LT-ZONE",
                        "a long-term pin of the zero page, which says that it lies in ZONE_MOVABLE",
                        Run.of(Plant.READ_PIN_OF_ZERO_DOES_NOT_UNSHARE, mmap(1), longReadPin(0, 0, 1))
                                .seeing(InvariantsTest::inMovable)),
                arguments(
                        "FORK-PARENT-KEEPS",
                        "a page that the child does not get",
                        Run.of(mmap(1), shortWritePin(0, 0, 1), advise(DONTFORK), FORKED, read(0), write(0))),
                arguments(
                        "FORK-PARENT-KEEPS",
                        "a shared page, pinned, that the child maps too",
                        Run.of(Step.of(0, MMAP, 0, 1, SHARED, 0), shortWritePin(0, 0, 1), FORKED)),
                arguments(
                        "LT-STAY",
                        "a new frame after MADV_DONTNEED, then migration",
                        Run.of(
                                mmap(1),
                                shortWritePin(0, 0, 1),
                                advise(DONTNEED),
                                write(0),
                                Step.of(0, MOVE_PAGES, 0, 0, 1, 1),
                                Step.of(0, COMPACT))),
                arguments(
                        "LT-STAY",
                        "a page that moves after its unpin",
                        Run.of(
                                mmap(1),
                                shortWritePin(0, 0, 1),
                                Step.of(0, UNPIN, 0),
                                Step.of(0, MOVE_PAGES, 0, 0, 1, 1))),
                arguments(
                        "NO-FREE-WHILE-PINNED",
                        "munmap while pinned",
                        Run.of(
                                mmap(1),
                                shortWritePin(0, 0, 1),
                                Step.of(0, MUNMAP, 0, 0, 1),
                                Step.of(0, MMAP, 1, 1, 0, 0),
                                Step.of(0, WRITE, 1, 0, 1),
                                Step.of(0, DEVICE_READ, 0))),
                arguments(
                        "NO-FREE-WHILE-PINNED",
                        "a guest without the module knows no references",
                        PINNED.seeing(fact -> counted(fact, -1))),
                arguments(
                        "NO-FREE-WHILE-PINNED",
                        "the maker exits while its child has the descriptor",
                        Run.of(
                                mmap(1),
                                shortWritePin(0, 0, 1),
                                FORKED,
                                Step.of(0, EXIT),
                                Step.of(1, DEVICE_READ, 0),
                                write(1))),
                arguments(
                        "MAYBE-DMA-PINNED",
                        "the zero page, whose pins are not counted",
                        Run.of(mmap(1), shortReadPin(0, 0, 1))
                                .seeing(fact -> without(fact, PageFact.Flag.MAYBE_PINNED))),
                arguments(
                        "MAYBE-DMA-PINNED",
                        "a page that was pinned",
                        Run.of(mmap(1), shortWritePin(0, 0, 1), Step.of(0, UNPIN, 0), write(0))),
                arguments(
                        "PIN-COHERENT-W",
                        "a new page after MADV_DONTNEED",
                        Run.of(
                                mmap(1),
                                write(0),
                                shortWritePin(0, 0, 1),
                                advise(DONTNEED),
                                write(0),
                                Step.of(0, DEVICE_READ, 0),
                                read(0))),
                arguments(
                        "PIN-COHERENT-R",
                        "a short-term read pin of the zero page that goes stale",
                        Run.of(mmap(1), shortReadPin(0, 0, 1), write(0), Step.of(0, DEVICE_READ, 0), read(0))),
                arguments(
                        "PIN-COHERENT-R",
                        "a read pin after a fork, which unshares",
                        Run.of(
                                mmap(1),
                                write(0),
                                FORKED,
                                shortReadPin(0, 0, 1),
                                write(0),
                                Step.of(0, DEVICE_READ, 0),
                                read(1))),
                arguments(
                        "FORK-CHILD-ISOLATED",
                        "a shared mapping, which both sides see",
                        Run.of(
                                Step.of(0, MMAP, 0, 1, SHARED, 0),
                                shortWritePin(0, 0, 1),
                                FORKED,
                                write(1),
                                read(0),
                                Step.of(0, DEVICE_WRITE, 0),
                                read(1))),
                arguments(
                        "FORK-CHILD-ISOLATED",
                        "private memory, of which each side has its own",
                        Run.of(mmap(1), write(0), FORKED, write(1), read(0), write(0), read(1))),
                arguments(
                        "PIN-BALANCE",
                        "pins of io_uring that come back late",
                        Run.of(mmap(4), Step.of(0, URING_PIN, 0, 0, 4, 0))
                                .leaving(new Leftovers(4, 4, 0, 0, 0, 0, 0, 0))),
                arguments("PIN-BALANCE", "a pin that only exit ends", PINNED),
                arguments("PIN-BALANCE", "a short pin", Run.of(mmap(1), shortWritePin(0, 0, 2))),
                arguments(
                        "NOTHING-LEFT",
                        "fewer pages than at the start",
                        PINNED.leaving(new Leftovers(0, 0, 0, 0, 0, 0, -3, -1))),
                arguments(
                        "RESULT",
                        "a long-term pin that cannot leave ZONE_MOVABLE answers -ENOMEM",
                        Run.of(mmap(2), shortWritePin(0, 0, 1), longWritePin(1, 0, 2), read(0))),
                arguments(
                        "RESULT",
                        "a fast pin that gets the part that it can",
                        Run.of(
                                mmap(2),
                                longWritePin(0, 0, 1),
                                shortWritePin(1, 1, 1),
                                Step.of(0, PIN, 0, 0, 2, 2, 0, 1, 1))),
                arguments(
                        "RESULT",
                        "a fault where nothing is mapped",
                        Run.of(mmap(1), Step.of(0, READ, 0, 0, 3), Step.of(0, PIN, 0, 2, 1, 0, 0, 0, 0))),
                arguments("VALUES", "zero after MADV_DONTNEED", Run.of(mmap(1), write(0), advise(DONTNEED), read(0))),
                arguments(
                        "VALUES",
                        "the file again after MADV_DONTNEED of a private copy",
                        Run.of(
                                Step.of(0, MEMFD_CREATE, 0, 1),
                                Step.of(0, MMAP_FILE, 1, 0, 1, SHARED, 0),
                                Step.of(0, WRITE, 1, 0, 1),
                                Step.of(0, MMAP_FILE, 0, 0, 1, 0, 0),
                                write(0),
                                advise(DONTNEED),
                                read(0))));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("lookAlikes")
    void whatIsLegalIsNotReported(String invariant, String lookAlike, Run run) {
        Judgement judgement = run.judge();

        assertThat(judgement.violations()).isEmpty();
        assertThat(judgement.inconclusive()).isEmpty();
        assertThat(judgement.verdict()).isEqualTo(Verdict.PASS);
    }

    @Test
    void theLookAlikesAreWhatTheyClaimToBe() {
        assertThat(Run.of(mmap(2), shortWritePin(0, 0, 1), longWritePin(1, 0, 2))
                        .trace()
                        .steps()
                        .get(2)
                        .result())
                .isEqualTo(Errno.ENOMEM.negated());
        assertThat(Run.of(mmap(2), longWritePin(0, 0, 1), shortWritePin(1, 1, 1), Step.of(0, PIN, 0, 0, 2, 2, 0, 1, 1))
                        .trace()
                        .steps()
                        .get(3)
                        .result())
                .isEqualTo(1);
        assertThat(PINNED.trace().endPages()).allMatch(fact -> fact.zone() == PageFact.ZONE_MOVABLE);
        assertThat(Run.of(mmap(1), shortReadPin(0, 0, 1), write(0), Step.of(0, DEVICE_READ, 0))
                        .trace()
                        .steps()
                        .get(3)
                        .values())
                .containsExactly(0L);
        assertThat(Run.of(Plant.READ_PIN_OF_ZERO_DOES_NOT_UNSHARE, mmap(1), longReadPin(0, 0, 1))
                        .trace()
                        .endPages())
                .isNotEmpty()
                .allMatch(fact -> fact.is(PageFact.Flag.ZERO));
    }

    @Test
    void everyInvariantHasALookAlike() {
        assertThat(Stream.of(
                                lookAlikes(),
                                MempinfdInvariantsTest.lookAlikes(),
                                UffdTest.lookAlikes(),
                                MirrorTest.lookAlikes(),
                                MigrationInvariantsTest.lookAlikes(),
                                PinnedPagesTest.lookAlikes())
                        .flatMap(tests -> tests)
                        .map(lookAlike -> lookAlike.get()[0])
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Invariants.all().stream().map(Invariant::id).toList());
    }

    @Test
    void theCatalogueNamesASourceForEachInvariant() {
        assertThat(Invariants.all()).extracting(Invariant::id).doesNotHaveDuplicates();
        assertThat(Invariants.all()).allSatisfy(invariant -> {
            assertThat(invariant.statement()).endsWith(".");
            assertThat(invariant.source()).isNotBlank();
            assertThat(Invariants.named(invariant.id())).contains(invariant);
        });
        assertThat(Invariants.named("LT-NONE")).isEmpty();
    }

    private static PageFact counted(PageFact fact, int refs) {
        return new PageFact(
                fact.pfn(), fact.flags(), refs, fact.pins(), fact.maps(), fact.zone(), fact.migratetype(), fact.node());
    }

    private static PageFact without(PageFact fact, PageFact.Flag flag) {
        int bit = 1 << flag.ordinal();
        int flags = fact.flags() & ~bit;
        return new PageFact(
                fact.pfn(), flags, fact.refs(), fact.pins(), fact.maps(), fact.zone(), fact.migratetype(), fact.node());
    }

    private static PageFact stillPinned(PageFact fact) {
        return new PageFact(
                fact.pfn(),
                fact.flags() | 1 << PageFact.Flag.MAYBE_PINNED.ordinal(),
                1,
                fact.pins(),
                fact.maps(),
                fact.zone(),
                fact.migratetype(),
                fact.node());
    }

    private static PageFact inCma(PageFact fact) {
        return of(fact, PageFact.MIGRATETYPE_CMA);
    }

    private static PageFact of(PageFact fact, int migratetype) {
        return new PageFact(
                fact.pfn(), fact.flags(), fact.refs(), fact.pins(), fact.maps(), fact.zone(), migratetype, fact.node());
    }

    private static PageFact inMovable(PageFact fact) {
        return new PageFact(
                fact.pfn(),
                fact.flags(),
                fact.refs(),
                fact.pins(),
                fact.maps(),
                PageFact.ZONE_MOVABLE,
                fact.migratetype(),
                fact.node());
    }
}
