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
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.vm.pool.PoolEvents;

/** The summary of a campaign as JSON, format {@code pinfuzz-campaign}, documented in docs/formats/reports.md. */
final class CampaignReport {
    static final String FORMAT = "pinfuzz-campaign";
    static final int VERSION = 1;

    private CampaignReport() {}

    static JsonReport of(GuestSession session, String canary, CampaignResult result) {
        JsonReport report = JsonReport.of(FORMAT, VERSION);
        ObjectNode root = report.root();
        CampaignCounts counts = result.counts();
        double seconds = result.seconds();
        root.put("seed", result.settings().seed());
        root.putObject("kernel")
                .put("name", session.kernel().name())
                .put("release", session.template().hello().kernelRelease());
        root.put("canary", canary);
        ArrayNode operations = root.putArray("drawnOperations");
        result.settings().operations().stream().map(Operation::name).forEach(operations::add);
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
        guests(root.putObject("guests"), session);
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
            findings.addObject()
                    .put("id", finding.id())
                    .put("invariant", finding.invariant())
                    .put("label", finding.label())
                    .put("operations", finding.operations())
                    .put("hits", finding.hits())
                    .put("runs", finding.runs())
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

    private static void guests(ObjectNode node, GuestSession session) {
        PoolEvents events = session.pool().events();
        node.put("count", session.guests())
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
