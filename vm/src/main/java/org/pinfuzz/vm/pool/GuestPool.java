// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.wire.BatchCodec;
import org.pinfuzz.generators.wire.BenchDone;
import org.pinfuzz.generators.wire.ExecutionLimits;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.qemu.RunDirectories;

/**
 * A number of guests of one template that run programs. Whatever happens to a guest, every program that was submitted
 * gets exactly one {@link ProgramRun}. May be used by any number of threads.
 */
public final class GuestPool implements AutoCloseable {
    private final EventCounters events = new EventCounters();
    private final FamiliarSplats familiar = new FamiliarSplats();
    private final JobQueue queue = new JobQueue();
    private final List<GuestWorker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final GuestTemplate template;
    private final PoolLimits limits;

    private GuestPool(GuestTemplate template, PoolLimits limits) {
        this.template = template;
        this.limits = limits;
    }

    /**
     * Opens a pool; its guests start when there is work for them.
     *
     * @param template what every guest starts from
     * @param guests how many there are at a time, at least 1
     * @param execution how long programs may run
     */
    public static GuestPool open(
            GuestTemplate template,
            int guests,
            RunDirectories directories,
            ExecutionLimits execution,
            PoolLimits limits) {
        requireNonNull(template, "template is null");
        requireNonNull(directories, "directories is null");
        requireNonNull(execution, "execution is null");
        requireNonNull(limits, "limits is null");
        if (guests < 1) {
            throw new IllegalArgumentException("a pool has at least 1 guest, not " + guests);
        }
        GuestPool pool = new GuestPool(template, limits);
        if (template.bootMs() > 0) {
            pool.events.count(EventCounters.Event.BOOT);
        }
        for (int i = 0; i < guests; i++) {
            GuestWorker worker =
                    new GuestWorker(template, directories, execution, limits, pool.events, pool.queue, pool.familiar);
            Thread thread = new Thread(worker, "guest-" + i);
            thread.setDaemon(true);
            pool.workers.add(worker);
            pool.threads.add(thread);
            thread.start();
        }
        return pool;
    }

    /** What the guests of this pool start from. */
    public GuestTemplate template() {
        return template;
    }

    /** Runs programs, together where that serves; the runs are in the order of the programs. */
    public CompletableFuture<List<ProgramRun>> submit(List<Program> programs) {
        return submit(programs.stream().map(BatchCodec.Entry::new).toList(), Batch.ChaosUse.EVERY_RUN);
    }

    /** The same with chaos in it, for tests of this pool. */
    CompletableFuture<List<ProgramRun>> submit(List<BatchCodec.Entry> entries, Batch.ChaosUse chaosUse) {
        if (entries.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        Batch batch = new Batch(entries, chaosUse);
        for (int from = 0; from < entries.size(); from += limits.batchPrograms()) {
            int to = Math.min(entries.size(), from + limits.batchPrograms());
            queue.addLast(
                    new Job.Together(batch, IntStream.range(from, to).boxed().toList(), 0, true));
        }
        return batch.finished();
    }

    /** Runs one program a number of times, each time alone on a guest that has run nothing else; waits for the runs. */
    public List<ProgramRun> runAlone(Program program, int times) {
        List<CompletableFuture<ProgramRun>> runs = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            CompletableFuture<ProgramRun> run = new CompletableFuture<>();
            runs.add(run);
            queue.addLast(new Job.Alone(new BatchCodec.Entry(program), run));
        }
        return runs.stream().map(CompletableFuture::join).toList();
    }

    /**
     * Measures on a fresh guest how fast programs run; waits for the answer.
     *
     * @param durationMs how long it runs, of the guest's time, ms
     * @throws VmException when the guest ends or no guest can be started
     */
    public BenchDone bench(List<Program> programs, BatchCodec.BenchMode mode, int durationMs) {
        CompletableFuture<BenchDone> finished = new CompletableFuture<>();
        queue.addLast(new Job.Bench(List.copyOf(programs), mode, durationMs, finished));
        try {
            return finished.join();
        } catch (CompletionException e) {
            throw new VmException(e.getCause().getMessage(), e);
        }
    }

    /** What happened so far. */
    public PoolEvents events() {
        return events.snapshot();
    }

    /** Ends all guests. Programs that have no run yet are {@link ProgramRun.Lost}. */
    @Override
    public void close() {
        queue.close();
        try {
            for (GuestWorker worker : workers) {
                worker.close();
            }
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
