// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.pinfuzz.fuzzer.campaign.Campaign;
import org.pinfuzz.fuzzer.campaign.CampaignFinding;
import org.pinfuzz.fuzzer.campaign.CampaignListener;
import org.pinfuzz.fuzzer.campaign.CampaignResult;
import org.pinfuzz.fuzzer.campaign.CampaignSettings;
import org.pinfuzz.fuzzer.campaign.Keeper;
import org.pinfuzz.fuzzer.campaign.TriageDesk;
import org.pinfuzz.fuzzer.guest.ProgramRunner;
import org.pinfuzz.generators.invariant.Violation;

/** A campaign as any other, but for its end: the first finding that counts on its rung. */
public final class Climber {
    private final ProgramRunner runner;
    private final int guests;
    private final Keeper keeper;
    private final Desks desks;

    /** Opens a triage desk that takes in some violations only. */
    @FunctionalInterface
    public interface Desks {
        TriageDesk open(Predicate<Violation> wanted);
    }

    /**
     * @param runner guests of the rung's kernel
     * @param keeper where programs with new signal go
     * @param desks what confirms and shrinks, with a store of findings of its own
     */
    public Climber(ProgramRunner runner, int guests, Keeper keeper, Desks desks) {
        this.runner = requireNonNull(runner, "runner is null");
        this.guests = guests;
        this.keeper = requireNonNull(keeper, "keeper is null");
        this.desks = requireNonNull(desks, "desks is null");
    }

    /** Runs the campaign. */
    public Climb climb(Rung rung, CampaignSettings settings) throws InterruptedException {
        AtomicReference<Campaign> campaign = new AtomicReference<>();
        CampaignListener stopAtFirst = new CampaignListener() {
            @Override
            public void progress(Snapshot snapshot) {}

            @Override
            public void finding(CampaignFinding finding) {
                campaign.get().stop();
            }
        };
        campaign.set(new Campaign(settings, runner, guests, keeper, desks.open(rung::counts), stopAtFirst));
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
