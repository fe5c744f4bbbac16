// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.pinfuzz.generators.invariant.Run.mmap;
import static org.pinfuzz.generators.invariant.Run.shortReadPin;
import static org.pinfuzz.generators.invariant.Run.shortWritePin;
import static org.pinfuzz.generators.invariant.Seen.DEVICE;
import static org.pinfuzz.generators.invariant.Seen.PRESENT;
import static org.pinfuzz.generators.invariant.Seen.SWAPPED;
import static org.pinfuzz.generators.invariant.Seen.WRITABLE;
import static org.pinfuzz.generators.invariant.Seen.run;
import static org.pinfuzz.generators.invariant.Seen.step;
import static org.pinfuzz.generators.operation.Operations.CONTIG_ALLOCATE;
import static org.pinfuzz.generators.operation.Operations.FAIL_NTH;
import static org.pinfuzz.generators.operation.Operations.KSM_MERGE;
import static org.pinfuzz.generators.operation.Operations.MADVISE;
import static org.pinfuzz.generators.operation.Operations.MADV_COLLAPSE;
import static org.pinfuzz.generators.operation.Operations.MEMORY_LIMIT;
import static org.pinfuzz.generators.operation.Operations.MEMORY_OFFLINE;
import static org.pinfuzz.generators.operation.Operations.MLOCK;
import static org.pinfuzz.generators.operation.Operations.MUNLOCK;
import static org.pinfuzz.generators.operation.Operations.READ;
import static org.pinfuzz.generators.operation.Operations.SOFT_OFFLINE;
import static org.pinfuzz.generators.operation.Operations.SPLIT;
import static org.pinfuzz.generators.operation.Operations.UNPIN;
import static org.pinfuzz.generators.operation.Operations.VMSPLICE;
import static org.pinfuzz.generators.operation.Operations.WRITE;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.PageFact.Flag;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.StepTrace;

/** What moves, merges, splits and takes away memory leaves pinned pages alone; each failure to do so is noticed. */
class MigrationInvariantsTest {
    private static final long PFN = 0x41234;
    private static final long BLOCK = 0x40000;
    private static final long BLOCK_PAGES = 0x8000;
    private static final long ELSEWHERE = 0x51234;
    private static final long HUGE = 9;
    private static final int PAGEOUT = 3;
    /** The module's mark of a page that a device has to itself. */
    private static final long EXCLUSIVE = 1L << 56;

    private static final long EINTR = Errno.EINTR.negated();
    private static final long EBUSY = Errno.EBUSY.negated();

    private static final Seen MAPPED = step(0, mmap(1));

    private static Step page(org.pinfuzz.generators.operation.Operation operation) {
        return Step.of(0, operation, 0, 0);
    }

    private static PageFact frame(long pfn, int order, Flag... flags) {
        PageFact plain = Seen.frame(pfn, 1025);
        int bits = plain.flags();
        for (Flag flag : flags) {
            bits |= 1 << flag.ordinal();
        }
        return new PageFact(pfn, bits, 1025, 1, 1, 2, 1, 0, order);
    }

    private static Seen mapping(Seen seen, PageFact fact) {
        return seen.entry(0, 0, PRESENT | WRITABLE | fact.pfn(), fact);
    }

    private static Seen written() {
        return mapping(step(0, Step.of(0, WRITE, 0, 0, 1)), Seen.frame(PFN, 1));
    }

    private static Seen pinned(Flag... flags) {
        return mapping(step(1, shortWritePin(0, 0, 1)).values(PFN), frame(PFN, 0, flags));
    }

    private static Seen unpinned() {
        return mapping(step(0, Step.of(0, UNPIN, 0)), Seen.frame(PFN, 1));
    }

    /** The same of frames that nothing has pinned. */
    private static Seen free(Seen seen) {
        StepTrace trace = seen.trace();
        List<PageFact> free = trace.pages().stream()
                .map(fact -> new PageFact(
                        fact.pfn(),
                        fact.flags() & ~(1 << Flag.MAYBE_PINNED.ordinal()),
                        1,
                        0,
                        1,
                        fact.zone(),
                        fact.migratetype(),
                        fact.node(),
                        fact.order()))
                .toList();
        return new Seen(
                seen.step(),
                new StepTrace(
                        trace.status(),
                        trace.result(),
                        trace.faultMask(),
                        trace.values(),
                        trace.mappings(),
                        free,
                        0,
                        0));
    }

    private static Seen offlined(long answer, long first) {
        return mapping(step(answer, page(MEMORY_OFFLINE)).values(first, BLOCK_PAGES), frame(PFN, 0));
    }

    private static Seen allocated(long answer) {
        return mapping(step(answer, page(CONTIG_ALLOCATE)).values(PFN, 1L), frame(PFN, 0));
    }

    private static Seen softOfflined(long answer, Flag... flags) {
        return mapping(step(answer, page(SOFT_OFFLINE)), frame(PFN, 0, flags));
    }

    private static Seen split(long before, int after) {
        return mapping(step(0, Step.of(0, SPLIT, 0)).values(PFN << 8 | before), frame(PFN, after));
    }

    private static Seen merged(Flag... flags) {
        return mapping(step(0, Step.of(0, KSM_MERGE)), frame(PFN, 0, flags));
    }

    private static Seen pagedOut(Flag... flags) {
        return mapping(step(0, Step.of(0, MADVISE, 0, 0, 1, PAGEOUT)), frame(PFN, 0, flags));
    }

    private static Seen locked(long answer) {
        return mapping(step(answer, Step.of(0, MLOCK, 0, 0, 1)), Seen.frame(PFN, 1));
    }

    private static Seen limited(long entry) {
        return step(0, Step.of(0, MEMORY_LIMIT, 64)).entry(0, 0, entry);
    }

    static Stream<Arguments> causes() {
        return Stream.of(
                arguments(
                        "OFFLINE",
                        "memory_offline",
                        "a block goes offline with a pinned page in it",
                        run(MAPPED, written(), pinned(), offlined(0, BLOCK))),
                arguments(
                        "OFFLINE",
                        "soft_offline",
                        "a pinned page is taken out of use",
                        run(MAPPED, written(), pinned(), softOfflined(0, Flag.POISONED))),
                arguments(
                        "OFFLINE",
                        "memory_offline",
                        "an interrupted attempt has moved a pinned page",
                        run(
                                MAPPED,
                                written(),
                                pinned(),
                                mapping(
                                        step(EINTR, page(MEMORY_OFFLINE)).values(BLOCK, BLOCK_PAGES),
                                        Seen.frame(ELSEWHERE, 1)))),
                arguments(
                        "KSM",
                        "ksm_merge",
                        "what was pinned is merged into another page",
                        run(
                                MAPPED,
                                written(),
                                pinned(),
                                mapping(step(0, Step.of(0, KSM_MERGE)), Seen.frame(ELSEWHERE, 1)))),
                arguments(
                        "CONTIG",
                        "contig_allocate",
                        "a pinned frame is given away",
                        run(MAPPED, written(), pinned(), allocated(0))),
                arguments(
                        "THP-SPLIT",
                        "split",
                        "a pinned huge page is split",
                        run(MAPPED, written(), pinned(), split(HUGE, 0))),
                arguments(
                        "THP-SPLIT",
                        "madv_collapse",
                        "a pinned page goes into a huge one",
                        run(
                                MAPPED,
                                written(),
                                pinned(),
                                mapping(step(0, Step.of(0, MADV_COLLAPSE, 0)), Seen.frame(ELSEWHERE, 1)))),
                arguments(
                        "KSM",
                        "ksm_merge",
                        "a pinned page is merged",
                        run(MAPPED, written(), pinned(), merged(Flag.KSM))),
                arguments(
                        "KSM",
                        "pin",
                        "a pin for reading gets a merged page",
                        run(
                                MAPPED,
                                written(),
                                mapping(step(1, shortReadPin(0, 0, 1)).values(PFN), frame(PFN, 0, Flag.KSM)))),
                arguments(
                        "SWAP",
                        "madvise",
                        "a pinned page gets a place in swap",
                        run(MAPPED, written(), pinned(), pagedOut(Flag.SWAPCACHE))),
                arguments(
                        "MLOCK",
                        "memory_limit",
                        "a locked page is swapped out",
                        run(MAPPED, written(), locked(0), limited(SWAPPED))));
    }

    static Stream<Arguments> lookAlikes() {
        return Stream.of(
                arguments(
                        "OFFLINE", "an interrupted attempt", run(MAPPED, written(), pinned(), offlined(EINTR, BLOCK))),
                arguments(
                        "OFFLINE",
                        "a block without pinned pages",
                        run(MAPPED, written(), pinned(), offlined(0, BLOCK + BLOCK_PAGES))),
                arguments(
                        "OFFLINE",
                        "the block of a page that was pinned before",
                        run(MAPPED, written(), pinned(), unpinned(), free(offlined(0, BLOCK)))),
                arguments(
                        "OFFLINE",
                        "a page that is taken out of use after its pin",
                        run(
                                MAPPED,
                                written(),
                                pinned(),
                                unpinned(),
                                mapping(step(0, page(SOFT_OFFLINE)), Seen.frame(ELSEWHERE, 1)))),
                arguments("OFFLINE", "a refusal", run(MAPPED, written(), pinned(), softOfflined(EBUSY))),
                arguments("CONTIG", "a refusal", run(MAPPED, written(), pinned(), allocated(EBUSY))),
                arguments(
                        "CONTIG",
                        "a frame that was pinned",
                        run(MAPPED, written(), pinned(), unpinned(), free(allocated(0)))),
                arguments(
                        "THP-SPLIT",
                        "a pinned huge page that stays whole",
                        run(MAPPED, written(), pinned(), split(HUGE, (int) HUGE))),
                arguments(
                        "THP-SPLIT",
                        "a huge page that was pinned",
                        run(MAPPED, written(), pinned(), unpinned(), free(split(HUGE, 0)))),
                arguments("THP-SPLIT", "a pinned small page beside", run(MAPPED, written(), pinned(), split(0, 0))),
                arguments("KSM", "a merge of others", run(MAPPED, written(), pinned(), merged())),
                arguments(
                        "KSM",
                        "a merged page that was pinned",
                        run(MAPPED, written(), pinned(), unpinned(), free(merged(Flag.KSM)))),
                arguments(
                        "SWAP",
                        "a page that had its place before it was pinned",
                        run(MAPPED, written(), pinned(Flag.SWAPCACHE), pagedOut(Flag.SWAPCACHE))),
                arguments(
                        "SWAP",
                        "a page that a pipe refers to",
                        run(
                                MAPPED,
                                written(),
                                mapping(
                                        step(1, Step.of(0, VMSPLICE, 0, 0, 1, 0))
                                                .values(PFN),
                                        frame(PFN, 0)),
                                pagedOut(Flag.SWAPCACHE))),
                arguments(
                        "MLOCK",
                        "memory that mlock could not bring in",
                        run(MAPPED, written(), locked(Errno.EAGAIN.negated()), limited(SWAPPED))),
                arguments(
                        "MLOCK",
                        "memory that is locked no longer",
                        run(MAPPED, written(), locked(0), step(0, Step.of(0, MUNLOCK, 0, 0, 1)), limited(SWAPPED))),
                arguments(
                        "MLOCK",
                        "locked memory that a device has to itself",
                        run(MAPPED, written(), locked(0), limited(SWAPPED | EXCLUSIVE))),
                arguments(
                        "MLOCK",
                        "locked memory in a device",
                        run(MAPPED, written(), locked(0), limited(SWAPPED | DEVICE))));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("causes")
    void firesOnItsCause(String invariant, String operation, String cause, Run run) {
        assertThat(run.judge().violations()).as(cause).anySatisfy(violation -> {
            assertThat(violation.invariant()).isEqualTo(invariant);
            assertThat(violation.operation()).isEqualTo(operation);
        });
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("lookAlikes")
    void staysSilentWhereSomethingLegalLooksLikeIt(String invariant, String likeness, Run run) {
        assertThat(run.judge().violations()).as(likeness).isEmpty();
        assertThat(run.judge().inconclusive()).as(likeness).isEmpty();
    }

    @Test
    void before5_19APinForReadingMayHoldAMergedPage() {
        Run run = run(MAPPED, written(), mapping(step(1, shortReadPin(0, 0, 1)).values(PFN), frame(PFN, 0, Flag.KSM)));
        assertThat(run.judge("5.10.262").violations()).isEmpty();
    }

    @Test
    void afterAnAllocationWasMadeToFailNothingFollowsFromTheAnswer() {
        Seen failed = step(Errno.ENOMEM.negated(), Step.of(0, READ, 0, 0, 1)).faults(StepTrace.ALLOCATION_FAILED | 1);
        Judgement judged =
                run(MAPPED, step(0, Step.of(0, FAIL_NTH, 1)), failed, written()).judge();
        assertThat(judged.violations()).isEmpty();
        assertThat(judged.inconclusive()).singleElement().asString().contains("made to fail");
    }

    @Test
    void whereNoAllocationFailedTheAnswerIsJudgedAsAny() {
        Run run = run(
                MAPPED,
                step(0, Step.of(0, FAIL_NTH, 64)),
                step(0, Step.of(0, READ, 0, 0, 1)).faults(1));
        assertThat(run.judge().violations())
                .anySatisfy(violation -> assertThat(violation.invariant()).isEqualTo("RESULT"));
    }

    @Test
    void shortOfMemoryARefusalEndsTheJudgementAndAWrongValueDoesNot() {
        Seen limit = step(0, Step.of(0, MEMORY_LIMIT, 24));
        Seen refused = step(Errno.ENOMEM.negated(), Step.of(0, READ, 0, 0, 1)).faults(1);
        Judgement judged = run(MAPPED, limit, refused).judge();
        assertThat(judged.violations()).isEmpty();
        assertThat(judged.inconclusive()).singleElement().asString().contains("short of memory");

        Seen wrong = step(0, Step.of(0, READ, 0, 0, 1)).values(7L);
        assertThat(run(MAPPED, limit, wrong).judge().violations())
                .anySatisfy(violation -> assertThat(violation.invariant()).isEqualTo("VALUES"));
    }

    @Test
    void aTaskThatIsKilledForWantOfMemoryIsNoFaultOfTheKernel() {
        Run run = run(MAPPED, step(0, Step.of(0, MEMORY_LIMIT, 24)), step(0, Step.of(0, READ, 0, 0, 1)))
                .answering(2, StepStatus.DIED, -9);
        assertThat(run.judge().violations()).isEmpty();
    }
}
