// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.pinfuzz.fuzzer.campaign.CampaignSettings;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.generators.draw.ProgramDrawer;
import org.pinfuzz.generators.draw.Swarm;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.wire.BatchCodec.BenchMode;
import org.pinfuzz.generators.wire.BenchDone;
import org.pinfuzz.triage.Oracle;

/**
 * What the way of a program costs beside what it cannot do without. The same programs run three ways in the same guests,
 * one way after the other and round after round, because machines are noisy:
 *
 * <ul>
 *   <li>pipeline: sent in batches, run, observed, sent back, decoded and judged, as in a campaign;
 *   <li>agent: the agent loops over them, with the same observations, and nobody asks for the results;
 *   <li>bare: a loop of fork, the same system calls, exit and wait.
 * </ul>
 */
public final class PipelineBench {
    private static final int BATCHES_PER_GUEST = 3;
    private static final int PROGRAMS = 512;

    private final GuestSession session;
    private final List<Program> programs;

    public PipelineBench(GuestSession session, long seed) {
        this.session = requireNonNull(session, "session is null");
        this.programs = draw(session, seed);
    }

    /**
     * Rates of one round, programs a second of all guests together.
     *
     * @param hostShare processors that this process used while the pipeline ran
     * @param guestShare processors that the guests used meanwhile
     */
    public record Round(double pipeline, double agent, double bare, double hostShare, double guestShare) {}

    private static List<Program> draw(GuestSession session, long seed) {
        Random random = new Random(seed);
        List<Program> drawn = new ArrayList<>();
        while (drawn.size() < PROGRAMS) {
            Swarm swarm = Swarm.slice(Swarm.supported(session.template().hello().facilities()), random);
            ProgramDrawer drawer = new ProgramDrawer(swarm, CampaignSettings.MIN_STEPS, CampaignSettings.MAX_STEPS);
            for (int i = 0; i < 16; i++) {
                drawn.add(drawer.draw(random));
            }
        }
        return drawn;
    }

    /** Measures each way for a time, milliseconds. */
    public Round round(int durationMs) {
        double agent = inAllGuests(BenchMode.AGENT, durationMs);
        double bare = inAllGuests(BenchMode.BARE, durationMs);
        // A campaign restores its guests once, not every few seconds.
        session.runner().run(programs.subList(0, CampaignSettings.BATCH_PROGRAMS));
        CpuTime before = CpuTime.now(session.tools());
        double pipeline = pipeline(durationMs);
        CpuTime after = CpuTime.now(session.tools());
        return new Round(pipeline, agent, bare, after.hostShareSince(before), after.guestShareSince(before));
    }

    private double inAllGuests(BenchMode mode, int durationMs) {
        List<CompletableFuture<BenchDone>> running = new ArrayList<>();
        for (int i = 0; i < session.guests(); i++) {
            running.add(CompletableFuture.supplyAsync(
                    () -> session.pool().bench(programs, mode, durationMs), task -> new Thread(task, "bench").start()));
        }
        return running.stream()
                .mapToDouble(done -> done.join().programsPerSecond())
                .sum();
    }

    private double pipeline(int durationMs) {
        Deque<CompletableFuture<List<Oracle.Run>>> inFlight = new ArrayDeque<>();
        int next = 0;
        long done = 0;
        long startNs = System.nanoTime();
        long endNs = startNs + durationMs * 1_000_000L;
        while (System.nanoTime() < endNs) {
            while (inFlight.size() < session.guests() * BATCHES_PER_GUEST) {
                int to = Math.min(PROGRAMS, next + CampaignSettings.BATCH_PROGRAMS);
                inFlight.addLast(session.runner().submit(programs.subList(next, to)));
                next = to % PROGRAMS;
            }
            done += inFlight.removeFirst().join().size();
        }
        double seconds = (System.nanoTime() - startNs) / 1e9;
        inFlight.forEach(CompletableFuture::join);
        return done / seconds;
    }
}
