// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import org.pinfuzz.fuzzer.campaign.CampaignCounts;
import org.pinfuzz.fuzzer.campaign.CampaignFinding;
import org.pinfuzz.fuzzer.campaign.CampaignResult;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.fuzzer.guest.GuestSessions;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.vm.pool.Instruments;
import org.pinfuzz.vm.pool.PoolEvents;

/** The summary of a campaign as JSON, format {@code pinfuzz-campaign}, documented in docs/formats/reports.md. */
final class CampaignReport {
    static final String FORMAT = "pinfuzz-campaign";
    static final int VERSION = 1;

    private CampaignReport() {}

    static JsonReport of(GuestSessions sessions, String canary, CampaignResult result) {
        JsonReport report = JsonReport.of(FORMAT, VERSION);
        ObjectNode root = report.root();
        CampaignCounts counts = result.counts();
        double seconds = result.seconds();
        GuestSession session = sessions.first();
        root.put("seed", result.settings().seed());
        root.putObject("kernel")
                .put("name", session.kernel().name())
                .put("release", session.template().hello().kernelRelease());
        root.put("canary", canary);
        Instruments instruments = session.profile().instruments();
        instruments.mutant().ifPresent(mutant -> root.put("mutant", mutant));
        root.put("mempinfd", instruments.mempinfd().text());
        ArrayNode operations = root.putArray("drawnOperations");
        result.settings().operations().stream().map(Operation::name).forEach(operations::add);
        ArrayNode profiles = root.putArray("profiles");
        counts.profiles()
                .forEach((name, count) -> profiles.addObject()
                        .put("name", name)
                        .put("programs", count.programs())
                        .put("judged", count.judged())
                        .put("violation", count.violation())
                        .put("newSignal", count.newSignal()));
        ArrayNode leftOut = root.putArray("profilesLeftOut");
        sessions.leftOut()
                .forEach(profile ->
                        leftOut.addObject().put("name", profile.profile()).put("reason", profile.reason()));
        root.put("promisedOnly", result.settings().promisedOnly());
        root.put("seconds", seconds);
        root.put("programs", counts.programs());
        root.put("judged", counts.judged());
        root.put("operations", counts.operations());
        root.put("medianExecutedSteps", counts.medianSteps());
        root.putObject("rates")
                .put("programsPerSecond", counts.programs() / seconds)
                .put("judgedPerSecond", counts.judged() / seconds)
                .put("operationsPerSecond", counts.operations() / seconds);
        guests(root.putObject("guests"), sessions);
        ObjectNode verdicts = root.putObject("verdicts");
        verdicts.put("pass", counts.pass())
                .put("violation", counts.violation())
                .put("inconclusive", counts.inconclusive());
        putAll(verdicts.putObject("inconclusiveReasons"), counts.reasons());
        putAll(root.putObject("invariantsPassed"), counts.passed());
        root.put("signal", counts.signal());
        root.put("kept", result.kept());
        ArrayNode findings = root.putArray("findings");
        for (CampaignFinding finding : result.findings()) {
            ObjectNode node = findings.addObject();
            finding.seenIn().forEach(node.putArray("seenIn")::add);
            finding.knownBugs().forEach(node.putArray("knownBugs")::add);
            node.put("knownBugsCompared", finding.knownBugsCompared());
            node.put("id", finding.id())
                    .put("invariant", finding.invariant())
                    .put("label", finding.label())
                    .put("operations", finding.operations())
                    .put("hits", finding.hits())
                    .put("runs", finding.runs())
                    .put("profile", finding.profile())
                    .put("sightings", finding.sightings())
                    .put("firstSeenSeconds", finding.firstSeenSeconds())
                    .put("firstSeenProgram", finding.firstSeenProgram())
                    .put("sentence", finding.sentence())
                    .put("path", finding.path().toString());
        }
        ArrayNode untriaged = root.putArray("untriaged");
        result.untriaged().forEach(untriaged::add);
        return report;
    }

    private static void guests(ObjectNode node, GuestSessions sessions) {
        GuestSession session = sessions.first();
        PoolEvents events = sessions.events();
        node.put("count", session.guests())
                .put("tools", session.tools().name())
                .put("qemu", session.qemu().text())
                .put("accelerator", session.template().accelerator().kind().toString())
                .put("boots", events.boots())
                .put("restores", events.restores())
                .put("batches", events.batches())
                .put("crashes", events.crashes())
                .put("hangs", events.hangs())
                .put("killed", events.killed())
                .put("garbage", events.garbage())
                .put("refused", events.refused())
                .put("suspicions", events.suspicions())
                .put("rerun", events.rerun())
                .put("notReproduced", events.notReproduced())
                .put("lost", events.lost());
    }

    private static void putAll(ObjectNode node, Map<String, Long> counts) {
        new TreeMap<>(counts).forEach(node::put);
    }
}
