// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Descriptor;
import org.pinfuzz.generators.model.MempinfdFile;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** Undoes a pin of mempinfd, which is known by memory, first page and number of pages. */
final class MempinfdUnpin extends MempinfdRangeOperation {
    MempinfdUnpin() {
        super("mempinfd_unpin", 34, Parameters.DESCRIPTOR, Parameters.BOUNDS);
    }

    @Override
    public int weight() {
        return 40;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return DescriptorOperation.descriptor(draw)
                .flatMap(held -> range(draw, held)
                        .map(range -> Step.of(
                                draw.task(),
                                this,
                                range.region(),
                                range.first(),
                                range.pages(),
                                held.number(),
                                draw.random().nextInt(4) == 0 ? 1 : 0)));
    }

    /** Mostly what somebody pinned, sometimes a page more, less or further. */
    private static Optional<Draw.Range> range(Draw draw, Descriptor held) {
        Optional<Pin> pin = draw.oneOf(held.file().pins());
        if (pin.isEmpty() || draw.random().nextInt(6) == 0) {
            return draw.range();
        }
        int first = pin.get().first();
        int pages = pin.get().pages().size();
        return Optional.of(
                switch (draw.random().nextInt(8)) {
                    case 0 -> new Draw.Range(pin.get().region(), first, Math.min(Region.MAX_PAGES, pages + 1));
                    case 1 -> new Draw.Range(pin.get().region(), first, Math.max(1, pages - 1));
                    case 2 -> new Draw.Range(pin.get().region(), Math.min(Region.MAX_PAGES - 1, first + 1), pages);
                    default -> new Draw.Range(pin.get().region(), first, pages);
                });
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        MempinfdFile file = DescriptorOperation.file(model, step);
        int memory = model.task(step.task()).memory();
        Optional<Pin> own = file.pinOf(memory, region(step), first(step));
        boolean foreign = own.isEmpty()
                && file.pinOfOthers(memory, region(step), first(step)).isPresent();
        boolean matches = own.filter(pin -> pin.pages().size() == pages(step)).isPresent();
        Results allowed = matches ? Results.zero() : Results.only(own.isPresent() ? Errno.EINVAL : Errno.ENODEV);
        long result = observed.map(StepTrace::result)
                .orElse(matches ? 0 : allowed.errors().get(0).negated());
        boolean kept = allowed.allows(result);
        if (result == 0) {
            // Whose ever it was, and whether it should have been: the kernel says that it is undone.
            own.or(() -> file.pinOfOthers(memory, region(step), first(step)))
                    .ifPresent(pin -> model.unpin(pin.number()));
        }
        AnswerRule rule;
        if (kept) {
            rule = foreign ? AnswerRule.MEMPIN_OWNER : matches ? AnswerRule.MEMPIN_WHOLE : AnswerRule.MEMPIN_ERRNO;
        } else if (result > 0) {
            rule = AnswerRule.MEMPIN_VALUE;
        } else if (result == 0) {
            rule = foreign ? AnswerRule.MEMPIN_OWNER : AnswerRule.MEMPIN_WHOLE;
        } else {
            rule = AnswerRule.MEMPIN_ERRNO;
        }
        return new Expectation(kept, allowed.text(), List.of(), rule);
    }
}
