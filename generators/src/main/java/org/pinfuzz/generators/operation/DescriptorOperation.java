// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Descriptor;
import org.pinfuzz.generators.model.MempinfdFile;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;

/** An operation on a descriptor of mempinfd that its task has open. */
abstract class DescriptorOperation extends Operation {
    DescriptorOperation(String name, int code, Parameter... parameters) {
        super(name, code, parameters);
    }

    @Override
    public Family family() {
        return Family.MEMPINFD;
    }

    @Override
    public final Set<Facility> needs() {
        return Set.of(Facility.MEMPINFD);
    }

    @Override
    public final Watch watch() {
        return Watch.ACCOUNTS;
    }

    @Override
    public boolean skipped(Model model, Step step) {
        return closed(model, step);
    }

    /** Whether the task does not have the step's descriptor. */
    static boolean closed(Model model, Step step) {
        return model.descriptor(step.task(), step.get(Parameters.DESCRIPTOR)).isEmpty();
    }

    /** The open file that a step's descriptor stands for. */
    static MempinfdFile file(Model model, Step step) {
        return model.descriptor(step.task(), step.get(Parameters.DESCRIPTOR))
                .orElseThrow()
                .file();
    }

    /** One of the descriptors that the task can use. */
    static Optional<Descriptor> descriptor(Draw draw) {
        return draw.oneOf(draw.model().descriptors().stream()
                .filter(descriptor -> descriptor.holders().contains(draw.task()))
                .toList());
    }
}
