// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.stream.Stream;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;

/**
 * Something that is done to the frame that one page of the task is in. Where the page is in none, the answer is -ENOENT and
 * nothing is done. What the page holds stays.
 */
abstract class PageOperation extends Operation {
    PageOperation(String name, int code) {
        super(name, code, Parameters.REGION, Parameters.FIRST);
    }

    @Override
    public Family family() {
        return Family.MIGRATION;
    }

    @Override
    public boolean migrates(Step step) {
        return true;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.rangeWith(Page::owned).map(range -> Step.of(draw.task(), this, range.region(), range.first()));
    }

    static int region(Step step) {
        return step.get(Parameters.REGION);
    }

    static int page(Step step) {
        return step.get(Parameters.FIRST);
    }

    /** What allocators and hot plug answer when they cannot have a frame. */
    static Results refusals(Errno... more) {
        Errno[] all = Stream.concat(Stream.of(Errno.EBUSY, Errno.EAGAIN, Errno.EINTR, Errno.ENOMEM), Stream.of(more))
                .toArray(Errno[]::new);
        return Results.zeroOr(all);
    }
}
