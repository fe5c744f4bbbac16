// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.wire.BatchCodec;

/** The programs of one submission and, as they come, their runs. */
final class Batch {
    /** When tests' chaos strikes. */
    enum ChaosUse {
        FIRST_RUN,
        EVERY_RUN
    }

    private final List<BatchCodec.Entry> entries;
    private final ChaosUse chaosUse;
    private final List<Optional<ProgramRun>> runs;
    private final CompletableFuture<List<ProgramRun>> finished = new CompletableFuture<>();
    private int missing;

    Batch(List<BatchCodec.Entry> entries, ChaosUse chaosUse) {
        this.entries = List.copyOf(entries);
        this.chaosUse = chaosUse;
        this.missing = entries.size();
        this.runs = new ArrayList<>();
        entries.forEach(entry -> runs.add(Optional.empty()));
    }

    int size() {
        return entries.size();
    }

    Program program(int index) {
        return entries.get(index).program();
    }

    BatchCodec.Entry entry(int index, boolean firstRun) {
        return firstRun || chaosUse == ChaosUse.EVERY_RUN
                ? entries.get(index)
                : new BatchCodec.Entry(entries.get(index).program());
    }

    CompletableFuture<List<ProgramRun>> finished() {
        return finished;
    }

    synchronized boolean missing(int index) {
        return runs.get(index).isEmpty();
    }

    /** Gives a program its run; each has one. */
    void finish(int index, ProgramRun run) {
        List<ProgramRun> all;
        synchronized (this) {
            if (runs.get(index).isPresent()) {
                throw new IllegalStateException("program " + index + " of a batch has its run already");
            }
            runs.set(index, Optional.of(run));
            missing--;
            if (missing > 0) {
                return;
            }
            all = runs.stream().flatMap(Optional::stream).toList();
        }
        finished.complete(all);
    }
}
