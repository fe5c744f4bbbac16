// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.pinfuzz.fuzzer.guest.ProfileRunner;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.Oracle;

/** Draws and runs programs as a campaign does, and shows each run to somebody who counts; nothing is kept or triaged. */
public final class Survey {
    private static final int BATCHES_PER_GUEST = 3;

    private final List<ProfileRunner> runners;
    private final int guests;
    private final ProgramSource source;
    private final Set<Long> signal = new HashSet<>();

    /**
     * @param operations what may be drawn where guests have the facilities for it
     * @param runners one for each profile, in the order in which they take turns
     * @param guests how many guests a profile has at a time
     */
    public Survey(long seed, List<Operation> operations, List<ProfileRunner> runners, int guests) {
        this.runners = List.copyOf(runners);
        this.guests = guests;
        this.source = new ProgramSource(
                seed,
                this.runners.stream()
                        .map(runner -> operations.stream()
                                .filter(operation -> runner.facilities().containsAll(operation.needs()))
                                .toList())
                        .toList());
    }

    private record Flight(List<ProgramSource.Drawn> drawn, CompletableFuture<List<Oracle.Run>> runs) {}

    /** Runs programs until the time is over; answers how many seconds it took. */
    public double run(Duration time, Consumer<Oracle.Run> counter) {
        requireNonNull(counter, "counter is null");
        long start = System.nanoTime();
        Deque<Flight> flights = new ArrayDeque<>();
        int profile = source.profile();
        while (System.nanoTime() - start < time.toNanos()) {
            if (source.profile() != profile) {
                land(flights, 0, counter);
                runners.get(profile).rest();
                profile = source.profile();
            }
            flights.add(submit(profile));
            land(flights, guests * BATCHES_PER_GUEST - 1, counter);
        }
        land(flights, 0, counter);
        return (System.nanoTime() - start) / 1e9;
    }

    private Flight submit(int profile) {
        List<ProgramSource.Drawn> drawn = new ArrayList<>();
        long size = Math.min(CampaignSettings.BATCH_PROGRAMS, source.leftInProfile());
        for (int i = 0; i < size; i++) {
            drawn.add(source.draw());
        }
        List<Program> programs =
                drawn.stream().map(ProgramSource.Drawn::program).toList();
        return new Flight(drawn, runners.get(profile).submit(programs));
    }

    /** Waits until no more than so many batches are in flight. */
    private void land(Deque<Flight> flights, int most, Consumer<Oracle.Run> counter) {
        while (flights.size() > most) {
            Flight flight = flights.removeFirst();
            List<Oracle.Run> runs;
            try {
                runs = flight.runs().join();
            } catch (CompletionException e) {
                throw new IllegalStateException("running a batch failed: " + e.getCause(), e);
            }
            for (int i = 0; i < runs.size(); i++) {
                Oracle.Run run = runs.get(i);
                if (signal.addAll(run.judgement().signal()) && run.judgement().judged()) {
                    source.keep(flight.drawn().get(i));
                }
                counter.accept(run);
            }
        }
    }
}
