// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.wire.BatchCodec;
import org.pinfuzz.generators.wire.ExecutionLimits;
import org.pinfuzz.vm.pool.EventCounters.Event;
import org.pinfuzz.vm.qemu.RunDirectories;

/**
 * Keeps one guest at work: the only thread that talks to it. When the guest ends, the worker replaces it and finds out
 * which program did it; what else was under way goes back to the queue, for whichever guest is free.
 */
final class GuestWorker implements Runnable {
    /** How long a guest may have too few batches before the queue is looked at again. */
    private static final long TICK_NS = 10_000_000;

    private static final int KILLED_ATTEMPTS = 3;

    private final GuestTemplate template;
    private final RunDirectories directories;
    private final ExecutionLimits execution;
    private final PoolLimits limits;
    private final EventCounters events;
    private final JobQueue queue;
    private volatile Optional<Guest> guest = Optional.empty();
    private volatile boolean closing;

    GuestWorker(
            GuestTemplate template,
            RunDirectories directories,
            ExecutionLimits execution,
            PoolLimits limits,
            EventCounters events,
            JobQueue queue) {
        this.template = template;
        this.directories = directories;
        this.execution = execution;
        this.limits = limits;
        this.events = events;
        this.queue = queue;
    }

    /** No guest can be started; what it was to run is lost. */
    private static final class NoGuest extends Exception {
        private static final long serialVersionUID = 1;

        NoGuest(String reason) {
            super(reason);
        }
    }

    /** A batch in flight, and which programs of which submission it holds. */
    private record Airborne(Job.Together job, Flight flight) {}

    @Override
    public void run() {
        try {
            Optional<Job> job = queue.take();
            while (job.isPresent()) {
                run(job.get());
                job = queue.take();
            }
        } catch (InterruptedException e) {
            // Nobody interrupts workers; the guest is closed below all the same.
            Thread.currentThread().interrupt();
        } finally {
            guest.ifPresent(Guest::close);
        }
    }

    private void run(Job job) throws InterruptedException {
        if (job instanceof Job.Together together) {
            runTogether(together);
        } else if (job instanceof Job.Alone alone) {
            alone.finished().complete(runAlone(alone.entry()));
        } else if (job instanceof Job.Bench bench) {
            runBench(bench);
        }
    }

    /** Keeps the guest supplied with batches until the queue has none for it. */
    private void runTogether(Job.Together first) throws InterruptedException {
        Deque<Airborne> airborne = new ArrayDeque<>();
        Optional<Job.Together> next = Optional.of(first);
        try {
            Guest present = readyGuest();
            while (true) {
                while (next.isPresent()) {
                    Job.Together job = next.get();
                    if (airborne.isEmpty()) {
                        present.begin();
                    }
                    airborne.add(new Airborne(job, present.send(job.entries())));
                    next = nextFor(present, airborne);
                }
                if (airborne.isEmpty()) {
                    return;
                }
                if (present.advance(airborne.getFirst().flight(), System.nanoTime() + TICK_NS)) {
                    present.begin();
                    Airborne landed = airborne.removeFirst();
                    events.count(Event.BATCH);
                    if (!finishClean(present, landed)) {
                        discardGuest();
                        airborne.forEach(
                                other -> runAgain(other.job(), other.job().indices(), 0));
                        airborne.clear();
                        suspect(landed.job(), landed.job().indices());
                        return;
                    }
                }
                next = nextFor(present, airborne);
            }
        } catch (NoGuest e) {
            lose(first, first.indices(), e.getMessage());
        } catch (GuestDeath death) {
            recover(death, airborne);
        } catch (RuntimeException e) {
            // An error of this program must not leave anybody waiting for ever.
            discardGuest();
            first.lose("pinfuzz itself failed: " + e);
            airborne.forEach(each -> each.job().lose("pinfuzz itself failed: " + e));
        }
    }

    private Optional<Job.Together> nextFor(Guest present, Deque<Airborne> airborne) {
        return airborne.size() < limits.batchesInFlight() && present.usable() ? queue.pollTogether() : Optional.empty();
    }

    /** Hands out the runs of a batch that nothing is held against; answers false when something is. */
    private boolean finishClean(Guest present, Airborne landed) {
        List<String> splats = Console.splats(present.consoleText());
        if (!splats.isEmpty() || !landed.flight().left().clean()) {
            events.count(Event.SUSPICION);
            return false;
        }
        handOut(landed);
        return true;
    }

    /** Hands out the traces that a flight brought. */
    private void handOut(Airborne airborne) {
        for (int i = 0; i < airborne.flight().traces().size(); i++) {
            int index = airborne.job().indices().get(i);
            finish(
                    airborne.job(),
                    index,
                    new ProgramRun.Completed(
                            airborne.job().batch().program(index),
                            airborne.flight().traces().get(i),
                            List.of(),
                            Leftovers.NOTHING));
        }
    }

    private void finish(Job.Together job, int index, ProgramRun run) {
        events.count(Event.PROGRAM);
        if (run instanceof ProgramRun.Lost) {
            events.count(Event.LOST);
        }
        job.batch().finish(index, run);
    }

    private void lose(Job.Together job, List<Integer> indices, String reason) {
        indices.forEach(
                index -> finish(job, index, new ProgramRun.Lost(job.batch().program(index), reason)));
    }

    private void runAgain(Job.Together job, List<Integer> indices, int attempts) {
        if (!indices.isEmpty()) {
            events.count(Event.RERUN, indices.size());
            queue.addFirst(job.again(indices, attempts));
        }
    }

    /** Each program of a batch that is suspected runs alone; what recurs there is its own. */
    private void suspect(Job.Together job, List<Integer> indices) throws InterruptedException {
        for (int index : indices) {
            if (closing) {
                finish(job, index, new ProgramRun.Lost(job.batch().program(index), JobQueue.CLOSED));
            } else {
                events.count(Event.RERUN);
                finish(job, index, runAlone(job.batch().entry(index, false)));
            }
        }
    }

    /** Programs without a result, and which of them was running, if that is known. */
    private record Unsolved(Job.Together job, List<Integer> missing, Optional<Integer> culprit) {}

    /** A guest ended under batches: finds who did it, and sees that everything else runs again. */
    private void recover(GuestDeath death, Deque<Airborne> airborne) throws InterruptedException {
        Optional<Announcements.Announced> announced = guest.flatMap(Guest::announced);
        discardGuest();
        if (!closing) {
            events.count(death.kind().event());
        }
        List<Unsolved> unsolved = new ArrayList<>();
        for (Airborne each : airborne) {
            handOut(each);
            List<Integer> indices = each.job().indices();
            List<Integer> missing = indices.subList(each.flight().traces().size(), indices.size());
            if (closing) {
                lose(each.job(), missing, JobQueue.CLOSED);
                continue;
            }
            Optional<Integer> culprit = culprit(death, announced, each);
            int attempts = each.job().attempts() + 1;
            if (culprit.isPresent()) {
                int index = culprit.get();
                runAgain(
                        each.job(),
                        missing.stream().filter(other -> other != index).toList(),
                        0);
                unsolved.add(new Unsolved(each.job(), missing, culprit));
            } else if (attempts < limits.batchAttempts()) {
                runAgain(each.job(), missing, attempts);
            } else {
                unsolved.add(new Unsolved(each.job(), missing, culprit));
            }
        }
        // Only now, so that other guests have the rest meanwhile.
        for (Unsolved each : unsolved) {
            if (each.culprit().isPresent()) {
                resolve(each.job(), each.culprit().get());
            } else {
                suspect(each.job(), each.missing());
            }
        }
    }

    /** The program that was running, by its index in the submission; a guest that was killed from outside has none. */
    private static Optional<Integer> culprit(
            GuestDeath death, Optional<Announcements.Announced> announced, Airborne airborne) {
        return announced
                .filter(last -> death.kind() != GuestDeath.Kind.KILLED)
                .filter(last -> last.batch() == airborne.flight().sequence())
                .map(Announcements.Announced::program)
                .filter(position -> position >= airborne.flight().traces().size())
                .filter(position -> position < airborne.job().indices().size())
                .map(position -> airborne.job().indices().get(position));
    }

    /**
     * A program was running when its guest ended. It did that if it does it again alone on a fresh guest, or at least
     * after the programs that ran before it; else its run is that alone.
     */
    private void resolve(Job.Together job, int culprit) throws InterruptedException {
        events.count(Event.RERUN);
        ProgramRun alone = runAlone(job.batch().entry(culprit, false));
        if (alone instanceof ProgramRun.Completed && !closing) {
            List<Integer> upTo = job.indices().subList(0, job.indices().indexOf(culprit) + 1);
            Optional<GuestDeath> again = upTo.size() > 1 ? replay(job, upTo) : Optional.empty();
            if (again.isPresent()) {
                List<Program> prefix = job.again(upTo, 0).programs().subList(0, upTo.size() - 1);
                finish(job, culprit, again.get().of(job.batch().program(culprit), prefix));
                return;
            }
            events.count(Event.NOT_REPRODUCED);
        }
        finish(job, culprit, alone);
    }

    /** Runs programs on a fresh guest for no other reason than to see whether it ends. */
    private Optional<GuestDeath> replay(Job.Together job, List<Integer> indices) throws InterruptedException {
        events.count(Event.RERUN, indices.size());
        try {
            fly(job.again(indices, 0).entries());
            return Optional.empty();
        } catch (NoGuest e) {
            return Optional.empty();
        } catch (GuestDeath death) {
            if (closing || death.kind() == GuestDeath.Kind.KILLED) {
                return Optional.empty();
            }
            events.count(death.kind().event());
            return Optional.of(death);
        } finally {
            discardGuest();
        }
    }

    /** Runs one program on a guest that has run nothing else, and gives that guest up. */
    private ProgramRun runAlone(BatchCodec.Entry entry) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                Flight flight = fly(List.of(entry));
                List<String> splats =
                        Console.splats(guest.map(Guest::consoleText).orElse(""));
                return new ProgramRun.Completed(entry.program(), flight.traces().get(0), splats, flight.left());
            } catch (NoGuest e) {
                return new ProgramRun.Lost(entry.program(), e.getMessage());
            } catch (GuestDeath death) {
                if (closing) {
                    return new ProgramRun.Lost(entry.program(), JobQueue.CLOSED);
                }
                events.count(death.kind().event());
                if (death.kind() != GuestDeath.Kind.KILLED || attempt == KILLED_ATTEMPTS) {
                    return death.of(entry.program(), List.of());
                }
            } finally {
                discardGuest();
            }
        }
    }

    /** One batch on a guest that has run nothing else. */
    private Flight fly(List<BatchCodec.Entry> entries) throws NoGuest, GuestDeath, InterruptedException {
        discardGuest();
        Guest fresh = readyGuest();
        fresh.begin();
        Flight flight = fresh.send(entries);
        while (!fresh.advance(flight, System.nanoTime() + TICK_NS)) {
            Thread.onSpinWait();
        }
        return flight;
    }

    private void runBench(Job.Bench bench) throws InterruptedException {
        try {
            discardGuest();
            bench.finished().complete(readyGuest().bench(bench.programs(), bench.mode(), bench.durationMs()));
        } catch (NoGuest e) {
            bench.lose(e.getMessage());
        } catch (GuestDeath death) {
            events.count(death.kind().event());
            bench.lose(death.getMessage());
        } finally {
            discardGuest();
        }
    }

    /** The guest that is there, or one that is restored. */
    private Guest readyGuest() throws NoGuest, InterruptedException {
        if (guest.isPresent() && guest.get().usable()) {
            return guest.get();
        }
        discardGuest();
        for (int attempt = 1; ; attempt++) {
            try {
                Guest restored = Guest.restore(template, directories, execution, limits);
                guest = Optional.of(restored);
                events.count(Event.RESTORE);
                if (closing) {
                    throw new NoGuest(JobQueue.CLOSED);
                }
                return restored;
            } catch (IOException e) {
                if (closing || attempt == limits.restoreAttempts()) {
                    throw new NoGuest("no guest can be started: " + e.getMessage());
                }
            }
        }
    }

    private void discardGuest() throws InterruptedException {
        Optional<Guest> old = guest;
        guest = Optional.empty();
        if (old.isPresent()) {
            old.get().discard();
        }
    }

    /** Ends whatever the guest is doing; the worker ends by itself when its queue is closed. */
    void close() throws InterruptedException {
        closing = true;
        Optional<Guest> busy = guest;
        if (busy.isPresent()) {
            busy.get().machine().kill();
        }
    }
}
