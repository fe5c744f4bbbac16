// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.fuzzer.guest.Programs;
import org.pinfuzz.generators.draw.Swarm;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.Environment;
import org.pinfuzz.triage.Triage;
import org.pinfuzz.triage.TriageLimits;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.Instruments;

/**
 * The module is loaded with a planted fault, on a kernel that has none: the campaign must find it, name the right
 * invariant and shrink it to the stated program. If this is silent, so is everything.
 */
@Timeout(300)
final class CanaryGuestTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** The planted faults, in the order of enum pfz_canary, and what they must be found as. */
    enum Canary {
        FORGOTTEN_PIN(
                "PIN-BALANCE",
                "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
                "t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=short path=slow"),
        STRAY_WRITE(
                "PIN-COHERENT-W",
                "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
                "t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=short path=slow",
                "t0: device_write pin=k0"),
        LYING_ZONE(
                "LT-ZONE",
                "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
                "t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=long path=slow");

        private final String invariant;
        private final Program program;

        Canary(String invariant, String... program) {
            this.invariant = invariant;
            this.program = Programs.of(program);
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_planted_fault_is_found_named_and_shrunk(Canary canary, @TempDir Path out) throws InterruptedException {
        GuestProfile profile = GuestProfile.DEFAULT.with(Instruments.DEFAULT.withCanary(canary.ordinal() + 1));
        try (GuestSession session =
                GuestSession.open(Installation.detect(), "debian-6.12", profile, 1, ProgressListener.SILENT)) {
            FindingStore store = new FindingStore(out);
            Triage triage = new Triage(session.runner(), store, TriageLimits.DEFAULT, InstantSource.system());
            TriageDesk desk = new TriageDesk(
                    store, Map.of(profile.name(), new TriageDesk.Place(triage, new Environment("6.12", Map.of()))));
            CampaignSettings settings = new CampaignSettings(
                    1,
                    Swarm.supported(session.template().hello().facilities()),
                    Optional.of(LIMIT),
                    OptionalLong.empty(),
                    false);
            AtomicReference<Campaign> campaign = new AtomicReference<>();
            AtomicReference<CampaignFinding> expected = new AtomicReference<>();
            campaign.set(new Campaign(
                    settings,
                    List.of(session.runner()),
                    session.guests(),
                    (program, seed, index, ranIn, parents, signal) -> {},
                    desk,
                    new Watch(finding -> {
                        if (read(store, finding).equals(canary.program)) {
                            expected.set(finding);
                            campaign.get().stop();
                        }
                    })));
            CampaignResult result = campaign.get().run();
            assertThat(expected.get())
                    .describedAs("findings: %s, not findings: %s", result.findings(), result.untriaged())
                    .isNotNull();
            assertThat(expected.get().invariant()).isEqualTo(canary.invariant);
            assertThat(expected.get().hits()).isEqualTo(expected.get().runs());
        }
    }

    private static Program read(FindingStore store, CampaignFinding finding) {
        return Operations.JSON.read(store.read(finding.id(), "program.json"), finding.id());
    }

    /** Hears of findings and nothing else. */
    private record Watch(java.util.function.Consumer<CampaignFinding> heard) implements CampaignListener {
        @Override
        public void progress(Snapshot snapshot) {}

        @Override
        public void finding(CampaignFinding finding) {
            heard.accept(finding);
        }
    }
}
