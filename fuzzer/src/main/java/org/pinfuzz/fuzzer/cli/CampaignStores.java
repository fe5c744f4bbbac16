// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.pinfuzz.corpus.CorpusEntry;
import org.pinfuzz.corpus.CorpusStore;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.fuzzer.campaign.Keeper;
import org.pinfuzz.fuzzer.campaign.TriageDesk;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.fuzzer.guest.GuestSessions;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.triage.Environment;
import org.pinfuzz.triage.Triage;
import org.pinfuzz.triage.TriageLimits;
import org.pinfuzz.triage.known.KnownBugs;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.kernel.FrameDecoder;
import org.pinfuzz.vm.pool.GuestProfile;

/** A campaign's output directory: {@code corpus/} and {@code findings/}. */
record CampaignStores(CorpusStore corpus, FindingStore findings, KnownBugs knownBugs) {
    static final String CORPUS = "corpus";
    static final String FINDINGS = "findings";

    /** Opens the directory and makes it where it is not there. */
    static CampaignStores open(Path out) {
        return new CampaignStores(
                new CorpusStore(out.resolve(CORPUS), Operations.JSON),
                new FindingStore(out.resolve(FINDINGS)),
                KnownBugs.read(Installation.detect().knownBugs()));
    }

    Keeper keeper() {
        return (program, seed, index, profile, parents, signal) -> corpus.offer(new CorpusEntry(
                program,
                seed,
                index,
                profile,
                parents.stream().map(Operations.JSON::digest).toList(),
                signal));
    }

    /**
     * @param replayOptions the options that make the guests of a profile again
     * @param clock measures the time of shrinks
     */
    TriageDesk desk(GuestSessions sessions, Function<GuestProfile, List<String>> replayOptions, InstantSource clock) {
        Map<String, TriageDesk.Place> places = new LinkedHashMap<>();
        for (GuestSession session : sessions.all()) {
            places.put(session.profile().name(), place(session, replayOptions.apply(session.profile()), clock));
        }
        return new TriageDesk(findings, places);
    }

    /** A desk for guests of one profile that takes in some violations only. */
    TriageDesk desk(GuestSession session, List<String> replayOptions, Predicate<Violation> wanted) {
        return new TriageDesk(
                findings,
                Map.of(session.profile().name(), place(session, replayOptions, InstantSource.system())),
                wanted);
    }

    private TriageDesk.Place place(GuestSession session, List<String> replayOptions, InstantSource clock) {
        Triage triage = new Triage(
                session.runner(), findings, TriageLimits.DEFAULT, knownBugs, FrameDecoder.of(session.kernel()), clock);
        return new TriageDesk.Place(triage, environment(session, replayOptions));
    }

    private static Environment environment(GuestSession session, List<String> replayOptions) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("catalogue name", session.kernel().name());
        session.kernel().packageVersions().forEach((name, version) -> details.put("package " + name, version));
        details.put("memory", session.profile().memory().toString());
        details.put("instruments", session.profile().instruments().toString());
        details.put(
                "accelerator",
                session.template().accelerator().kind() + ": "
                        + session.template().accelerator().reason());
        details.put("tools", session.tools().description());
        details.put("qemu version", session.qemu().text());
        details.put("qemu", String.join(" ", session.template().command().arguments()));
        details.put("pinfuzz", new Main.Version().getVersion()[0]);
        return new Environment(
                session.template().hello().kernelRelease(), session.profile().name(), replayOptions, details);
    }
}
