// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.wire.BatchCodec;
import org.pinfuzz.generators.wire.BenchDone;
import org.pinfuzz.vm.VmException;

/** What a guest of the pool is asked to do. */
sealed interface Job {
    /** Answers whoever waits that it will not be done. */
    void lose(String reason);

    /**
     * Run programs of a batch together.
     *
     * @param indices which of the batch's programs, in order
     * @param attempts how often a guest ended under them without a culprit
     * @param firstRun whether they never ran
     */
    record Together(Batch batch, List<Integer> indices, int attempts, boolean firstRun) implements Job {
        public Together {
            indices = List.copyOf(indices);
        }

        List<Program> programs() {
            return indices.stream().map(batch::program).toList();
        }

        List<BatchCodec.Entry> entries() {
            return indices.stream().map(index -> batch.entry(index, firstRun)).toList();
        }

        /** Some of these programs, to be run again. */
        Together again(List<Integer> some, int attempt) {
            return new Together(batch, some, attempt, false);
        }

        @Override
        public void lose(String reason) {
            indices.stream()
                    .filter(batch::missing)
                    .forEach(index -> batch.finish(index, new ProgramRun.Lost(batch.program(index), reason)));
        }
    }

    /** Run one program of a batch alone on a fresh guest; what recurs there is its own. */
    record Suspect(Batch batch, int index) implements Job {
        @Override
        public void lose(String reason) {
            if (batch.missing(index)) {
                batch.finish(index, new ProgramRun.Lost(batch.program(index), reason));
            }
        }
    }

    /** Run one program alone on a fresh guest, for somebody who asked for that. */
    record Alone(BatchCodec.Entry entry, CompletableFuture<ProgramRun> finished) implements Job {
        @Override
        public void lose(String reason) {
            finished.complete(new ProgramRun.Lost(entry.program(), reason));
        }
    }

    /** Run a bench on a fresh guest. */
    record Bench(
            List<Program> programs, BatchCodec.BenchMode mode, int durationMs, CompletableFuture<BenchDone> finished)
            implements Job {
        @Override
        public void lose(String reason) {
            finished.completeExceptionally(new VmException("running a bench failed: " + reason));
        }
    }
}
