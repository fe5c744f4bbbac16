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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.pinfuzz.fuzzer.guest.ProfileRunner;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.triage.Target;

/**
 * The main loop: draw, run, judge, keep, triage. Programs are drawn in batches, enough of them in flight that no guest
 * waits; profiles take turns; what comes back is judged and counted here, by one thread. A violation that is unlike all findings so far is
 * triaged at once, and drawing waits for it: a finding in the hand is worth more than the next thousand programs. One
 * that is like a finding, but not quite, waits for its turn.
 */
public final class Campaign {
    /** Batches in flight for each guest: one that runs, one that waits in the guest, one on its way. */
    private static final int BATCHES_PER_GUEST = 3;

    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(1);

    /** How long an interrupted campaign waits for programs that are in flight: who interrupts does not like to wait. */
    private static final Duration STOP_GRACE = Duration.ofSeconds(5);

    private final CampaignSettings settings;
    private final List<ProfileRunner> runners;
    private final int guests;
    private final Keeper keeper;
    private final TriageDesk desk;
    private final CampaignListener listener;
    private final ProgramSource source;
    private final Tally tally;
    private final BatchSize batchSize = new BatchSize(CampaignSettings.BATCH_PROGRAMS);
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final long startNs = System.nanoTime();
    private long lastProgressNs = startNs;
    /** Batches in flight in each profile. */
    private final int[] inFlight;

    private volatile boolean stopped;
    private volatile long stoppedNs;

    /**
     * @param runners one for each profile, in the order in which they take turns
     * @param guests how many guests a profile has at a time
     * @param keeper where programs with new signal go
     * @param desk where violations go
     */
    public Campaign(
            CampaignSettings settings,
            List<ProfileRunner> runners,
            int guests,
            Keeper keeper,
            TriageDesk desk,
            CampaignListener listener) {
        this.settings = requireNonNull(settings, "settings is null");
        this.runners = List.copyOf(runners);
        this.guests = guests;
        this.keeper = requireNonNull(keeper, "keeper is null");
        this.desk = requireNonNull(desk, "desk is null");
        this.listener = requireNonNull(listener, "listener is null");
        this.tally = new Tally(this.runners.stream().map(ProfileRunner::profile).toList());
        this.inFlight = new int[this.runners.size()];
        this.source = new ProgramSource(
                settings.seed(), this.runners.stream().map(this::operations).toList());
    }

    /** What is drawn for a profile: what its guests have the facilities for. */
    private List<Operation> operations(ProfileRunner runner) {
        List<Operation> suitable = settings.operations().stream()
                .filter(operation -> runner.facilities().containsAll(operation.needs()))
                .toList();
        if (suitable.isEmpty()) {
            throw new IllegalArgumentException("guests with the profile " + runner.profile() + " can do none of "
                    + settings.operations() + ", they have " + runner.facilities());
        }
        return suitable;
    }

    /** A batch that came back, or the reason why it did not. */
    private record Answer(
            int profile, List<ProgramSource.Drawn> drawn, List<Oracle.Run> runs, Duration took, Throwable failure) {}

    /**
     * Ends the campaign early, as an interrupt does: what is in flight is still judged if it comes back soon. May be
     * called from any thread.
     */
    public void stop() {
        stoppedNs = System.nanoTime();
        stopped = true;
    }

    private boolean abandonsFlights() {
        return stopped && System.nanoTime() - stoppedNs >= STOP_GRACE.toNanos();
    }

    /** Runs until time or programs are used up, everything in flight is judged and triage is done. */
    public CampaignResult run() throws InterruptedException {
        Deque<TriageDesk.Case> cases = new ArrayDeque<>();
        while (true) {
            boolean triage = !cases.isEmpty() && desk.due(cases, seconds(), finished()) && !triageOver();
            while (!triage && inFlight() < guests * BATCHES_PER_GUEST && room() && !finished()) {
                submit();
            }
            if (inFlight() > 0 && !abandonsFlights()) {
                Answer answer = answers.poll(PROGRESS_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                if (answer != null) {
                    inFlight[answer.profile()]--;
                    batchSize.took(answer.took());
                    restUnused();
                    cases.addAll(judge(answer));
                }
            } else if (triage) {
                desk.handle(desk.next(cases)).ifPresent(listener::finding);
                desk.triagedAt(seconds());
                restUnused();
            } else if (finished()) {
                break;
            }
            showProgress();
        }
        desk.leave(List.copyOf(cases));
        double seconds = seconds();
        listener.progress(snapshot(seconds));
        return new CampaignResult(settings, seconds, tally.counts(), source.kept(), desk.findings(), desk.untriaged());
    }

    private int inFlight() {
        return IntStream.of(inFlight).sum();
    }

    /** Whether guests of the next program's profile may run now: beside the last profile's, but not beside more. */
    private boolean room() {
        int next = source.profile();
        return inFlight[next] > 0
                || IntStream.range(0, inFlight.length)
                                .filter(profile -> inFlight[profile] > 0)
                                .count()
                        <= 1;
    }

    /** Ends the guests of profiles whose turn is over: there is room for those of one, and for a moment of the next. */
    private void restUnused() {
        for (int profile = 0; profile < inFlight.length; profile++) {
            if (inFlight[profile] == 0 && profile != source.profile()) {
                runners.get(profile).rest();
            }
        }
    }

    private boolean finished() {
        return stopped
                || settings.programs().stream().anyMatch(most -> source.drawn() >= most)
                || settings.time().filter(limit -> seconds() >= seconds(limit)).isPresent();
    }

    /** An interrupt ends triage. After the end of the campaign, triage has a time of its own, and then what is left is only counted. */
    private boolean triageOver() {
        return stopped
                || settings.time()
                        .filter(limit -> seconds() >= seconds(limit.plus(CampaignSettings.TRIAGE_AFTER_END)))
                        .isPresent();
    }

    private void submit() {
        long left = settings.programs().orElse(Long.MAX_VALUE) - source.drawn();
        int profile = source.profile();
        int size = (int) Math.min(batchSize.programs(), Math.min(left, source.leftInProfile()));
        List<ProgramSource.Drawn> drawn = new ArrayList<>(size);
        List<Program> programs = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            ProgramSource.Drawn next = source.draw();
            drawn.add(next);
            programs.add(next.program());
        }
        inFlight[profile]++;
        long sentNs = System.nanoTime();
        CompletableFuture<List<Oracle.Run>> future = runners.get(profile).submit(programs);
        future.whenComplete((runs, failure) -> answers.add(new Answer(
                profile,
                drawn,
                failure == null ? runs : List.of(),
                Duration.ofNanos(System.nanoTime() - sentNs),
                failure)));
    }

    /** Counts a batch and answers what of it is for triage. */
    private List<TriageDesk.Case> judge(Answer answer) {
        if (answer.failure() != null) {
            throw new IllegalStateException("running a batch failed: " + answer.failure(), answer.failure());
        }
        String profile = runners.get(answer.profile()).profile();
        List<TriageDesk.Case> cases = new ArrayList<>();
        for (int i = 0; i < answer.runs().size(); i++) {
            Oracle.Run run = answer.runs().get(i);
            ProgramSource.Drawn drawn = answer.drawn().get(i);
            Set<Long> fresh = tally.add(profile, run.judgement());
            if (!fresh.isEmpty() && run.judgement().judged() && source.keep(drawn)) {
                keeper.keep(drawn.program(), settings.seed(), drawn.index(), profile, drawn.parents(), fresh);
            }
            Set<Target> targets = new HashSet<>();
            for (Violation violation : run.judgement().violations()) {
                if ((violation.promised() || !settings.promisedOnly()) && targets.add(Target.of(violation))) {
                    desk.receive(profile, run, violation, settings.seed(), drawn.index(), seconds())
                            .ifPresent(cases::add);
                }
            }
        }
        return cases;
    }

    private void showProgress() {
        long now = System.nanoTime();
        if (now - lastProgressNs >= PROGRESS_EVERY.toNanos()) {
            lastProgressNs = now;
            listener.progress(snapshot(seconds()));
        }
    }

    private CampaignListener.Snapshot snapshot(double seconds) {
        return new CampaignListener.Snapshot(
                seconds,
                tally.counts(),
                source.kept(),
                desk.findings().size(),
                runners.get(source.profile()).profile(),
                desk.busy());
    }

    private double seconds() {
        return (System.nanoTime() - startNs) / 1e9;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }
}
