// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.model.SharedObject;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/** An operation on pages of a file by its descriptor, without any mapping, which makes a pin. */
abstract class FileOperation extends Operation {
    /** What may cost a guest is drawn once where it could be drawn so often. */
    private static final int RARELY = 16;

    private static final Parameter FILE = Parameter.uses("file", HandleKind.FILE);

    FileOperation(String name, int code) {
        super(name, code, FILE, Parameters.FIRST, Parameters.PAGES, Parameters.NEW_PIN);
    }

    /** How it takes the pages of a file. */
    abstract PinMode mode(SharedObject file);

    /** What it may answer beside a number of pages, of which {@code inside} lie in the file. */
    abstract Results refusals(SharedObject file, int inside);

    @Override
    public Family family() {
        return Family.FILES;
    }

    /** Whether a known flaw of some kernel makes it cost a guest: to be seen it need not be drawn often. */
    boolean rarelyOf(SharedObject file) {
        return false;
    }

    /** Whether only pages that somebody has touched are there to be taken. */
    boolean needsContent() {
        return false;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.PIN)
                .flatMap(pin -> draw.file().flatMap(file -> {
                    SharedObject inside = draw.model().file(draw.task(), file).orElseThrow();
                    List<Integer> written = IntStream.range(0, inside.pages())
                            .filter(page -> inside.cell(page).everWritten())
                            .boxed()
                            .toList();
                    if (written.isEmpty() && needsContent() && draw.random().nextInt(4) > 0) {
                        return Optional.empty();
                    }
                    if (rarelyOf(inside) && draw.random().nextInt(RARELY) > 0) {
                        return Optional.empty();
                    }
                    int first = draw.oneOf(written).orElseGet(() -> draw.mostlyFirst(inside.pages()));
                    int pages = 1 + draw.mostlyFirst(inside.pages() - first);
                    return Optional.of(Step.of(draw.task(), this, file, first, pages, pin));
                }));
    }

    /** What reaches past the file's end is left alone: it would make the file grow. */
    @Override
    public boolean skipped(Model model, Step step) {
        return model.file(step.task(), step.get(FILE))
                .filter(file -> step.get(Parameters.FIRST) + step.get(Parameters.PAGES) <= file.pages())
                .isEmpty();
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        SharedObject file = model.file(step.task(), step.get(FILE)).orElseThrow();
        int pages = step.get(Parameters.PAGES);
        long result = observed.map(StepTrace::result).orElse((long) pages);
        if (result > 0 && result <= pages) {
            List<Long> pfns = new ArrayList<>(observed.map(StepTrace::values).orElse(List.of()));
            while (pfns.size() < result) {
                pfns.add(0L);
            }
            model.pinFile(
                    step.get(Parameters.NEW_PIN), mode(file), step.task(), file, step.get(Parameters.FIRST), pfns);
        }
        Results refusals = refusals(file, pages);
        boolean counted = result > 0 && result <= pages;
        return new Expectation(
                counted || refusals.allows(result), "1.." + pages + " pages, " + refusals.text(), List.of());
    }
}
