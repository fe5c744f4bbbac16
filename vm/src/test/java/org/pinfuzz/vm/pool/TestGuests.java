// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.pinfuzz.generators.draw.ProgramArbitrary;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.wire.BatchCodec;
import org.pinfuzz.generators.wire.BatchCodec.Chaos;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.KernelStore;
import org.pinfuzz.vm.kernel.Mirrors;
import org.pinfuzz.vm.qemu.RunDirectories;

/** Real guests of a stock kernel, and programs for them. */
final class TestGuests {
    static final RunDirectories DIRECTORIES = RunDirectories.ofUser();

    private TestGuests() {}

    static Kernel kernel() {
        Installation installation = Installation.detect();
        return new KernelStore(installation, Mirrors::ofSystem, ProgressListener.SILENT).fetch("debian-6.1");
    }

    static GuestTemplate template(GuestProfile profile) {
        return new GuestTemplates(Installation.detect(), DIRECTORIES, ProgressListener.SILENT)
                .prepare(kernel(), profile);
    }

    /** Programs that are the same on every run of the tests. */
    static List<Program> programs(int count) {
        Random random = new Random(20);
        List<Program> programs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            programs.add(ProgramArbitrary.ofAll(8).generator(1000).next(random).value());
        }
        return programs;
    }

    /** The same with chaos before one of them. */
    static List<BatchCodec.Entry> entries(List<Program> programs, int where, Chaos chaos) {
        List<BatchCodec.Entry> entries = new ArrayList<>();
        for (int i = 0; i < programs.size(); i++) {
            entries.add(new BatchCodec.Entry(programs.get(i), i == where ? chaos : Chaos.NONE));
        }
        return entries;
    }
}
