// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * The device reads or writes a range as the task would: it faults pages in, and gets no further than the task's own rights
 * (hmm_range_fault, mm/hmm.c). Answers how many pages had more references afterwards.
 */
final class MirrorAccess extends MirrorOperation {
    private final boolean write;

    private MirrorAccess(String name, int code, boolean write) {
        super(name, code);
        this.write = write;
    }

    static Operation read() {
        return new MirrorAccess("mirror_read", 84, false);
    }

    static Operation write() {
        return new MirrorAccess("mirror_write", 85, true);
    }

    @Override
    public int weight() {
        return 32;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(write ? Operations.WRITE : Operations.READ);
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        List<Mismatch> mismatches = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        boolean more = false;
        boolean busy = observed.filter(
                        trace -> trace.result() == Errno.EBUSY.negated() || trace.result() == Errno.ENOMEM.negated())
                .isPresent();
        for (int number : indices(step).toArray()) {
            int offset = number - first(step);
            Optional<Page> page = page(model, step, number);
            boolean may =
                    page.filter(at -> write ? at.writable() : at.readable()).isPresent();
            boolean mayFault = busy || page.filter(at -> at.mayFault(write)).isPresent();
            boolean refused = refused(observed, offset, !may);
            if (!refused && !may) {
                more = true;
                broken.add("page " + number + " may not be accessed");
            } else if (refused && may && !mayFault) {
                broken.add("page " + number + " may be accessed");
            }
            if (write && !refused) {
                page.ifPresent(at -> model.writeByMirror(step.task(), region(step), number, Tokens.of(index, offset)));
            } else if (write) {
                model.touchForPin(step.task(), region(step), number);
            } else if (!refused && may) {
                value(observed, offset)
                        .flatMap(seen -> Mismatch.ofMirror(step.task(), region(step), number, page.orElseThrow(), seen))
                        .ifPresent(mismatches::add);
            }
        }
        long result = observed.map(StepTrace::result).orElse(0L);
        if (result < 0 && result != Errno.EFAULT.negated() && result != Errno.EPERM.negated() && !busy) {
            broken.add("-EFAULT or -EPERM where it may not be accessed");
        }
        AnswerRule rule = broken.isEmpty() || more ? AnswerRule.MIRROR : AnswerRule.CALL;
        return new Expectation(
                broken.isEmpty(), broken.isEmpty() ? "what the task may" : String.join(", ", broken), mismatches, rule);
    }
}
