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
    private final FamiliarSplats familiar;
    private volatile Optional<Guest> guest = Optional.empty();
    private volatile boolean closing;

    GuestWorker(
            GuestTemplate template,
            RunDirectories directories,
            ExecutionLimits execution,
            PoolLimits limits,
            EventCounters events,
            JobQueue queue,
            FamiliarSplats familiar) {
        this.template = template;
        this.directories = directories;
        this.execution = execution;
        this.limits = limits;
        this.events = events;
        this.queue = queue;
        this.familiar = familiar;
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
                runOrLose(job.get());
                job = queue.take();
            }
        } catch (InterruptedException e) {
            // Nobody interrupts workers; the guest is closed below all the same.
            Thread.currentThread().interrupt();
        } finally {
            guest.ifPresent(Guest::close);
        }
    }

    /** Whoever waits for a job hears of it, also when this class fails. */
    private void runOrLose(Job job) throws InterruptedException {
        try {
            run(job);
        } catch (RuntimeException e) {
            guest.ifPresent(Guest::close);
            guest = Optional.empty();
            job.lose("pinfuzz itself failed: " + e);
        }
    }

    private void run(Job job) throws InterruptedException {
        if (job instanceof Job.Together together) {
            runTogether(together);
        } else if (job instanceof Job.Alone alone) {
            alone.finished().complete(counted(runAlone(alone.entry())));
        } else if (job instanceof Job.Suspect suspect) {
            runSuspect(suspect);
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
                    events.count(Event.BATCH);
                    if (!clean(present, airborne.getFirst().flight())) {
                        events.count(Event.SUSPICION);
                        giveUp(airborne);
                        return;
                    }
                    if (airborne.getFirst().flight().traces().stream()
                            .anyMatch(trace -> !trace.leftovers().clean())) {
                        // The agent says whose it is and counts anew; the guest is not what it was.
                        present.taint();
                    }
                    handOut(airborne.getFirst());
                    airborne.removeFirst();
                    present.begin();
                }
                next = nextFor(present, airborne);
            }
        } catch (NoGuest e) {
            lose(first, first.indices(), e.getMessage());
        } catch (GuestDeath death) {
            recover(death, airborne);
        } catch (RuntimeException e) {
            // An error of pinfuzz itself must not leave anybody waiting for ever.
            discardGuest();
            next.ifPresent(job -> job.lose("pinfuzz itself failed: " + e));
            airborne.forEach(each -> each.job().lose("pinfuzz itself failed: " + e));
        }
    }

    private Optional<Job.Together> nextFor(Guest present, Deque<Airborne> airborne) {
        return airborne.size() < limits.batchesInFlight() && present.usable() ? queue.pollTogether() : Optional.empty();
    }

    /** Whether nothing is held against the programs of a batch that is done. */
    private boolean clean(Guest present, Flight landed) {
        return familiar.nothingNew(Console.splats(present.consoleText()))
                && landed.left().clean();
    }

    /** The first batch is suspected: the guest may be tainted by it, so nothing else of that guest counts either. */
    private void giveUp(Deque<Airborne> airborne) throws InterruptedException {
        discardGuest();
        Airborne landed = airborne.removeFirst();
        while (!airborne.isEmpty()) {
            Job.Together other = airborne.removeLast().job();
            runAgain(other, other.indices(), 0);
        }
        if (landed.flight().left().clean()) {
            halve(landed.job(), landed.job().indices());
        } else {
            separate(landed.job(), leavers(landed));
        }
    }

    /** Hands out the traces that a flight brought. */
    private void handOut(Airborne airborne) {
        for (int i = 0; i < airborne.flight().traces().size(); i++) {
            int index = airborne.job().indices().get(i);
            finish(
                    airborne.job().batch(),
                    index,
                    new ProgramRun.Completed(
                            airborne.job().batch().program(index),
                            airborne.flight().traces().get(i),
                            List.of(),
                            Leftovers.NOTHING));
        }
    }

    private void runSuspect(Job.Suspect suspect) throws InterruptedException {
        finish(suspect.batch(), suspect.index(), runAlone(suspect.batch().entry(suspect.index(), false)));
    }

    private void finish(Batch batch, int index, ProgramRun run) {
        batch.finish(index, counted(run));
    }

    private ProgramRun counted(ProgramRun run) {
        events.count(Event.PROGRAM);
        if (run instanceof ProgramRun.Lost) {
            events.count(Event.LOST);
        }
        return run;
    }

    private void lose(Job.Together job, List<Integer> indices, String reason) {
        indices.forEach(index ->
                finish(job.batch(), index, new ProgramRun.Lost(job.batch().program(index), reason)));
    }

    private void runAgain(Job.Together job, List<Integer> indices, int attempts) {
        if (!indices.isEmpty()) {
            events.count(Event.RERUN, indices.size());
            queue.addFirst(job.again(indices, attempts));
        }
    }

    /**
     * Something that names nobody is held against these programs together: each half runs again by itself, down to single
     * programs. So each has in the end a run that nothing is held against, or one on a fresh guest alone, and a rare
     * culprit costs a few guests, not one for each program.
     */
    private void halve(Job.Together job, List<Integer> indices) {
        if (indices.size() == 1) {
            suspect(job, indices);
            return;
        }
        int middle = indices.size() / 2;
        runAgain(job, indices.subList(middle, indices.size()), knownAttempts());
        runAgain(job, indices.subList(0, middle), knownAttempts());
    }

    /**
     * Programs left something behind. Those that seem to have done it run alone, the others together once more; if they
     * leave something again, each runs alone: a guest that is tainted waits so long for what does not come that halving
     * would cost more.
     */
    private void separate(Job.Together job, List<Integer> leavers) {
        List<Integer> indices = job.indices();
        if (job.attempts() > 0 || leavers.isEmpty() || leavers.size() > indices.size() / 2) {
            suspect(job, indices);
            return;
        }
        runAgain(job, indices.stream().filter(index -> !leavers.contains(index)).toList(), knownAttempts());
        suspect(job, leavers);
    }

    private void suspect(Job.Together job, List<Integer> indices) {
        for (int index : indices) {
            events.count(Event.RERUN);
            queue.addFirst(new Job.Suspect(job.batch(), index));
        }
    }

    /** What is known to be bad need not fail twice before it is narrowed down further. */
    private int knownAttempts() {
        return Math.max(1, limits.batchAttempts() - 1);
    }

    /**
     * The programs of a flight after which more or less was left behind than before them: guests count from the start of
     * the batch.
     */
    private static List<Integer> leavers(Airborne landed) {
        List<Integer> leavers = new ArrayList<>();
        Leftovers before = Leftovers.NOTHING;
        for (int i = 0; i < landed.flight().traces().size(); i++) {
            Leftovers after = landed.flight().traces().get(i).leftovers();
            boolean changed = after.pins() != before.pins()
                    || after.pinDescriptors() != before.pinDescriptors()
                    || after.processes() != before.processes();
            if (changed && !after.clean()) {
                leavers.add(landed.job().indices().get(i));
            }
            before = after;
        }
        return leavers;
    }

    /** The program of a batch that was running when its guest ended. */
    private record Unsolved(Job.Together job, int culprit) {}

    /** A guest ended under batches: finds who did it, and sees that everything else runs again. */
    private void recover(GuestDeath death, Deque<Airborne> airborne) throws InterruptedException {
        Optional<Announcements.Announced> announced = guest.flatMap(Guest::announced);
        discardGuest();
        if (!closing) {
            events.count(death.kind().event());
        }
        List<Unsolved> unsolved = new ArrayList<>();
        for (Airborne each : airborne) {
            List<Integer> indices = each.job().indices();
            if (each.flight().complete() && !closing) {
                // All ran, and then the guest ended: what one of them set going may have done that.
                halve(each.job(), indices);
                continue;
            }
            handOut(each);
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
                unsolved.add(new Unsolved(each.job(), index));
            } else if (attempts < limits.batchAttempts()) {
                runAgain(each.job(), missing, attempts);
            } else {
                halve(each.job(), missing);
            }
        }
        // Only now, so that other guests have the rest meanwhile.
        for (Unsolved each : unsolved) {
            resolve(each.job(), each.culprit());
        }
    }

    /**
     * The program that was running, by its index in the submission. A guest that was killed from outside has none; one
     * that sends garbage goes on, so what it runs when that is read need not be what sent it.
     */
    private static Optional<Integer> culprit(
            GuestDeath death, Optional<Announcements.Announced> announced, Airborne airborne) {
        return announced
                .filter(last -> death.kind() != GuestDeath.Kind.KILLED && death.kind() != GuestDeath.Kind.GARBAGE)
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
                finish(job.batch(), culprit, again.get().of(job.batch().program(culprit), prefix));
                return;
            }
            events.count(Event.NOT_REPRODUCED);
        }
        finish(job.batch(), culprit, alone);
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
                familiar.saw(splats);
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
