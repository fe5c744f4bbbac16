// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.pinfuzz.fuzzer.campaign.Campaign;
import org.pinfuzz.fuzzer.campaign.CampaignFinding;
import org.pinfuzz.fuzzer.campaign.CampaignListener;
import org.pinfuzz.fuzzer.campaign.CampaignResult;
import org.pinfuzz.fuzzer.campaign.CampaignSettings;
import org.pinfuzz.fuzzer.campaign.Keeper;
import org.pinfuzz.fuzzer.campaign.TriageDesk;
import org.pinfuzz.fuzzer.guest.ProfileRunner;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.triage.Target;

/** Climbs one rung: a campaign as any other, but for its end, which is the first finding that counts. */
public final class Climber {
    /** Runs of the program written by hand: a steady bug shows in each of them. */
    private static final int RUNS = 3;

    private final Rung rung;
    private final ProfileRunner runner;
    private final int guests;

    /**
     * @param runner guests of the rung
     * @param guests how many there are
     */
    public Climber(Rung rung, ProfileRunner runner, int guests) {
        this.rung = requireNonNull(rung, "rung is null");
        this.runner = requireNonNull(runner, "runner is null");
        this.guests = guests;
    }

    /** Opens a triage desk, with an empty store, that takes in some violations only. */
    @FunctionalInterface
    public interface Desks {
        TriageDesk open(Predicate<Violation> wanted);
    }

    /**
     * What the program written by hand breaks of what the rung declares; empty if it does not in each of some runs, each
     * alone on a restored guest.
     */
    public Set<Target> shown() {
        List<Oracle.Run> runs = runner.runAlone(rung.shortest(), RUNS);
        Set<Target> shown = declared(runs.get(0));
        runs.forEach(run -> shown.retainAll(declared(run)));
        return shown;
    }

    private Set<Target> declared(Oracle.Run run) {
        Set<Target> declared = new LinkedHashSet<>();
        run.judgement().violations().stream()
                .filter(violation -> rung.invariants().contains(violation.invariant()))
                .forEach(violation -> declared.add(Target.of(violation)));
        return declared;
    }

    /**
     * Runs the campaign.
     *
     * @param shown what the program written by hand breaks. A kernel with several bugs is searched for one that breaks
     *     the same of the same kind of page. A mutant has no other bug than its own: there whatever breaks counts, and if
     *     it is not declared it is a wrong report
     */
    public Climb climb(Set<Target> shown, CampaignSettings settings, Keeper keeper, Desks desks)
            throws InterruptedException {
        Predicate<Violation> counts = violation -> rung.mutant().isPresent()
                || shown.stream().anyMatch(target -> target.sameProperty(Target.of(violation)));
        AtomicReference<Campaign> campaign = new AtomicReference<>();
        CampaignListener stopAtFirst = new CampaignListener() {
            @Override
            public void progress(Snapshot snapshot) {}

            @Override
            public void finding(CampaignFinding finding) {
                campaign.get().stop();
            }
        };
        campaign.set(new Campaign(settings, List.of(runner), guests, keeper, desks.open(counts), stopAtFirst));
        CampaignResult result = campaign.get().run();
        Optional<Climb.Hit> hit = result.findings().stream()
                .findFirst()
                .map(finding -> new Climb.Hit(
                        finding.firstSeenProgram() + 1,
                        finding.firstSeenSeconds(),
                        finding.id(),
                        finding.invariant(),
                        finding.operations(),
                        finding.hits(),
                        finding.runs()));
        return new Climb(
                settings.seed(),
                hit,
                result.counts().programs(),
                result.seconds(),
                hit.isPresent() ? "" : String.join("; ", result.untriaged()));
    }
}
