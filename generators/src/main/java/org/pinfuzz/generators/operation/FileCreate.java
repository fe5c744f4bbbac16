// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.SharedObject;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** A file of some pages, in a file system of shared memory, on a disk, or of the pool of huge pages; nobody has its name. */
final class FileCreate extends Operation {
    private static final Parameter FILE = Parameter.creates("file", HandleKind.FILE);
    private final SharedObject.Kind kind;

    private FileCreate(String name, int code, SharedObject.Kind kind, Parameter pages) {
        super(name, code, FILE, pages);
        this.kind = kind;
    }

    static Operation tmpfs() {
        return new FileCreate("tmpfs_create", 43, SharedObject.Kind.MEMORY, Parameters.PAGES);
    }

    static Operation ext4() {
        return new FileCreate("ext4_create", 44, SharedObject.Kind.DISK, Parameters.PAGES);
    }

    static Operation hugetlb() {
        return new FileCreate("hugetlb_create", 45, SharedObject.Kind.HUGETLB, Parameters.HUGE_PAGES);
    }

    @Override
    public Family family() {
        return Family.FILES;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.MEMFD_CREATE);
    }

    @Override
    public Set<Facility> needs() {
        return switch (kind) {
            case MEMORY -> Set.of();
            case DISK -> Set.of(Facility.EXT4);
            case HUGETLB -> Set.of(Facility.HUGETLB);
        };
    }

    @Override
    public int weight() {
        return kind == SharedObject.Kind.HUGETLB ? 8 : 16;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        int pages =
                kind == SharedObject.Kind.HUGETLB ? 1 + draw.mostlyFirst(Parameters.HUGE_PAGES.max()) : draw.pages();
        return draw.fresh(HandleKind.FILE).map(file -> Step.of(draw.task(), this, file, pages));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            model.createFile(step.task(), step.get(FILE), step.arguments().get(1), kind);
        }
        return Results.zeroOr(Errno.ENOMEM, Errno.ENOSPC).judge(observed);
    }
}
