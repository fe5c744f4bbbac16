// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Protection;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code mmap} of a memory file from its start at the region's slot; it may reach past the file's end. */
final class MmapFile extends Operation {
    private static final Parameter FILE = Parameter.uses("file", HandleKind.FILE);

    MmapFile() {
        super("mmap_file", 5, Parameters.NEW_REGION, FILE, Parameters.PAGES, Parameters.SHARING, Parameters.PROTECTION);
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.MMAP);
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        int protection = draw.random().nextInt(10) == 0 ? 1 : 0;
        return draw.file()
                .flatMap(file -> draw.fresh(HandleKind.REGION)
                        .map(region -> Step.of(
                                draw.task(),
                                this,
                                region,
                                file,
                                draw.pages(),
                                draw.random().nextInt(2),
                                protection)));
    }

    @Override
    public boolean skipped(Model model, Step step) {
        // Mapping huge pages of the pool makes their file grow as far as the mapping reaches (hugetlbfs_file_mmap).
        return model.file(step.task(), step.get(FILE))
                        .filter(file -> !file.hugetlb() || step.get(Parameters.PAGES) <= file.pages())
                        .isEmpty()
                || model.task(step.task())
                        .region(step.get(Parameters.NEW_REGION))
                        .anythingMapped();
    }

    @Override
    public void writeC(Step step, CText text) {
        boolean shared = step.get(Parameters.SHARING) == 1;
        writeC(step, text, shared ? "MAP_SHARED" : "MAP_PRIVATE", HandleKind.FILE.text(step.get(FILE)));
    }

    /** Where the program reaches beyond the mapping, what comes behind it is taken and given back, so that it is a hole. */
    static void writeC(Step step, CText text, String flags, String file) {
        int region = step.get(Parameters.NEW_REGION);
        int pages = step.get(Parameters.PAGES);
        String name = HandleKind.REGION.text(region);
        int taken = text.reachesBeyond(region, pages) ? 2 * Region.MAX_PAGES : pages;
        text.line(name + " = mmap(NULL, " + CText.bytes(taken) + ", "
                + Protection.at(step.get(Parameters.PROTECTION)).text() + ", " + flags + ", " + file + ", 0);");
        text.call(name + " != MAP_FAILED", "mmap");
        if (taken > pages) {
            text.call("!munmap(" + text.at(region, pages) + ", " + CText.bytes(taken - pages) + ")", "munmap");
        }
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            model.mapFile(
                    step.task(),
                    step.get(Parameters.NEW_REGION),
                    step.get(Parameters.PAGES),
                    step.get(Parameters.SHARING) == 1,
                    model.file(step.task(), step.get(FILE)).orElseThrow(),
                    Protection.at(step.get(Parameters.PROTECTION)));
        }
        return Results.zeroOr(Errno.ENOMEM).judge(observed);
    }
}
