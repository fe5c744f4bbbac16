// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.pinfuzz.generators.model.Descriptor;
import org.pinfuzz.generators.model.MempinfdFile;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.PageCount;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.model.Task;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * Pins a range for long through a descriptor of mempinfd, all of it or nothing: for writing by the ioctl as posted, for
 * reading by the extended one. What holds is the strict edition's manual page, docs/man/mempinfd.2.
 */
final class MempinfdPin extends MempinfdRangeOperation {
    private static final Parameter ACCESS = Parameter.choice("access", "write", "read");

    MempinfdPin() {
        super("mempinfd_pin", 33, Parameters.DESCRIPTOR, Parameters.NEW_PIN, ACCESS, Parameters.BOUNDS);
    }

    @Override
    public boolean pinsForLong() {
        return true;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.PIN, Operations.WRITE, Operations.READ);
    }

    @Override
    public int weight() {
        return 64;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        Optional<Descriptor> descriptor = DescriptorOperation.descriptor(draw);
        return draw.fresh(HandleKind.PIN)
                .flatMap(pin -> descriptor.flatMap(held -> range(draw, held)
                        .map(range -> Step.of(
                                draw.task(),
                                this,
                                range.region(),
                                range.first(),
                                range.pages(),
                                held.number(),
                                pin,
                                draw.random().nextInt(8) == 0 ? 1 : 0,
                                draw.random().nextInt(4) == 0 ? 1 : 0))));
    }

    /** Any range, or one that starts where somebody has pinned already. */
    private static Optional<Draw.Range> range(Draw draw, Descriptor held) {
        Optional<Pin> pin =
                draw.random().nextInt(4) == 0 ? draw.oneOf(held.file().pins()) : Optional.empty();
        return pin.map(there -> new Draw.Range(
                        there.region(), there.first(), there.pages().size()))
                .or(draw::range);
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        PinMode mode = new PinMode(PinMode.By.MEMPINFD, step.get(ACCESS) == 0, true);
        State state = State.of(model, step, mode);
        Results allowed = state.allowed();
        long result = observed.map(StepTrace::result)
                .orElse(allowed.mayBeZero() ? 0 : allowed.errors().get(0).negated());
        // What the kernel says it pinned is pinned, also where it should have refused.
        boolean done = result == 0 && state.whole();
        PinnedRange.pin(
                model, step, mode, state.possible(), done ? state.possible() : 0, observed, Optional.of(state.file()));
        boolean kept = allowed.allows(result);
        return new Expectation(kept, allowed.text(), List.of(), kept ? state.tests() : state.broken(result));
    }

    /**
     * What decides a request's answer.
     *
     * @param possible pages from the range's start that the mode may access
     * @param whole whether that is the whole range
     * @param onDisk whether some page is shared with a file on a disk, which newer kernels keep long-term writes away from
     * @param forbidden whether the range ends at memory that is there but may not be written
     * @param limit pages that the task may lock; empty where nothing limits it
     * @param charged pages that its memory is charged with, those of this request included
     */
    private record State(
            MempinfdFile file,
            int possible,
            boolean whole,
            boolean onDisk,
            boolean forbidden,
            boolean taken,
            boolean foreign,
            OptionalInt limit,
            PageCount charged) {
        static State of(Model model, Step step, PinMode mode) {
            MempinfdFile file = DescriptorOperation.file(model, step);
            Task task = model.task(step.task());
            int possible = PinnedRange.accessible(model, step, mode.write());
            PageCount before = model.charged(step.task());
            int pages = pages(step);
            return new State(
                    file,
                    possible,
                    possible == pages,
                    mode.write() && PinnedRange.offDisk(model, step, true) < possible,
                    page(model, step, first(step) + possible)
                            .filter(Page::readable)
                            .isPresent(),
                    file.pinOf(task.memory(), region(step), first(step)).isPresent(),
                    file.pinOfOthers(task.memory(), region(step), first(step)).isPresent(),
                    task.memlockPages(),
                    new PageCount(before.least() + pages, before.most() + pages));
        }

        private boolean mayLockNothing() {
            return limit.isPresent() && limit.getAsInt() == 0;
        }

        private boolean over() {
            return limit.isPresent() && charged.least() > limit.getAsInt();
        }

        /** In the order in which the manual page has the errors. */
        Results allowed() {
            if (mayLockNothing()) {
                return Results.only(Errno.EPERM);
            }
            if (taken) {
                return Results.only(Errno.EEXIST);
            }
            if (over()) {
                return Results.only(Errno.ENOMEM);
            }
            if (!whole) {
                return Results.only(Errno.EFAULT, Errno.ENOMEM);
            }
            if (onDisk) {
                return Results.zeroOr(Errno.EFAULT, Errno.ENOMEM, Errno.EBUSY, Errno.EAGAIN, Errno.EINTR);
            }
            // Moving the pages out of movable memory may fail. -EBUSY where another memory's pin starts would be about
            // that.
            return foreign
                    ? Results.zeroOr(Errno.ENOMEM, Errno.EAGAIN, Errno.EINTR, Errno.EFAULT)
                    : Results.zeroOr(Errno.ENOMEM, Errno.EBUSY, Errno.EAGAIN, Errno.EINTR, Errno.EFAULT);
        }

        /** The rule that the state puts to the test. */
        AnswerRule tests() {
            if (mayLockNothing() || over()) {
                return AnswerRule.MEMPIN_LIMIT;
            }
            if (taken) {
                return AnswerRule.MEMPIN_ERRNO;
            }
            if (!whole) {
                return forbidden ? AnswerRule.MEMPIN_RIGHTS : AnswerRule.MEMPIN_WHOLE;
            }
            return foreign ? AnswerRule.MEMPIN_OWNER : AnswerRule.MEMPIN_VALUE;
        }

        /** The rule that an answer breaks which is not allowed. */
        AnswerRule broken(long result) {
            if (result > 0) {
                return AnswerRule.MEMPIN_VALUE;
            }
            if (result == 0) {
                return tests();
            }
            boolean refusedAsTaken = result == Errno.EBUSY.negated() || result == Errno.EEXIST.negated();
            return foreign && !taken && refusedAsTaken ? AnswerRule.MEMPIN_OWNER : AnswerRule.MEMPIN_ERRNO;
        }
    }
}
