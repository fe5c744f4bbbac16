// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import org.pinfuzz.fuzzer.campaign.CampaignCounts;
import org.pinfuzz.fuzzer.campaign.CampaignFinding;
import org.pinfuzz.fuzzer.campaign.CampaignListener;
import org.pinfuzz.fuzzer.campaign.CampaignResult;
import org.pinfuzz.fuzzer.campaign.CampaignSettings;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.fuzzer.guest.GuestSessions;
import org.pinfuzz.triage.known.Attribution;
import org.pinfuzz.vm.pool.PoolEvents;

/** Shows a campaign to people: a line that renews itself on a terminal, a plain line now and then elsewhere. */
final class CampaignProgress implements CampaignListener {
    private static final double PLAIN_EVERY_SECONDS = 10;
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintWriter out;
    private final boolean terminal;
    private Snapshot last;
    private double lastPlain = -PLAIN_EVERY_SECONDS;
    private int guests;

    CampaignProgress(PrintWriter out, boolean terminal) {
        this.out = requireNonNull(out, "out is null");
        this.terminal = terminal;
    }

    void line(String text) {
        out.println((terminal ? CLEAR_LINE : "") + text);
        out.flush();
    }

    void start(GuestSessions sessions, CampaignSettings settings) {
        GuestSession session = sessions.first();
        guests = session.guests();
        line("kernel " + session.template().hello().kernelRelease() + ", " + guests + " guests under "
                + session.template().accelerator().kind() + " ("
                + session.template().accelerator().reason() + ")");
        line("tools " + session.tools().description() + ", " + session.qemu().text());
        line("profiles "
                + String.join(
                        ", ",
                        sessions.all().stream().map(one -> one.profile().name()).toList()));
        sessions.leftOut().forEach(profile -> line("  without " + profile));
        line("seed " + settings.seed() + ", operations "
                + settings.operations().stream().map(Object::toString).toList());
    }

    @Override
    public void progress(Snapshot now) {
        CampaignCounts counts = now.counts();
        double span = last == null ? now.seconds() : now.seconds() - last.seconds();
        long before = last == null ? 0 : last.counts().programs();
        long operationsBefore = last == null ? 0 : last.counts().operations();
        String text = String.format(
                Locale.ROOT,
                "%5.0f s  %-7s  %,d programs (%,.0f/s, %,.0f operations/s)  judged %,d  signal %,d  kept %,d  guests %d"
                        + "  findings %d%s",
                now.seconds(),
                now.profile(),
                counts.programs(),
                span > 0 ? (counts.programs() - before) / span : 0,
                span > 0 ? (counts.operations() - operationsBefore) / span : 0,
                counts.judged(),
                counts.signal(),
                now.kept(),
                guests,
                now.findings(),
                now.triaging() ? "  triaging" : "");
        if (terminal) {
            last = now;
            out.print(CLEAR_LINE + text);
            out.flush();
        } else if (now.seconds() - lastPlain >= PLAIN_EVERY_SECONDS) {
            last = now;
            lastPlain = now.seconds();
            line(text);
        }
    }

    @Override
    public void finding(CampaignFinding finding) {
        line(finding.label() + " " + finding.id() + ": " + finding.sentence() + " (" + finding.operations()
                + " operations, profile " + finding.profile() + ", " + finding.hits() + " of " + finding.runs()
                + " runs)");
    }

    void summary(GuestSessions sessions, CampaignResult result) {
        CampaignCounts counts = result.counts();
        PoolEvents events = sessions.events();
        double seconds = result.seconds();
        line("");
        line(String.format(
                Locale.ROOT,
                "%,d programs in %.1f s (%.0f/s), %,d judged (%.0f/s), %,d operations; median of executed steps %d",
                counts.programs(),
                seconds,
                counts.programs() / seconds,
                counts.judged(),
                counts.judged() / seconds,
                counts.operations(),
                counts.medianSteps()));
        line(String.format(
                Locale.ROOT,
                "verdicts: %,d pass, %,d violation, %,d inconclusive",
                counts.pass(),
                counts.violation(),
                counts.inconclusive()));
        for (Map.Entry<String, Long> reason : counts.reasons().entrySet()) {
            line("  inconclusive: " + reason.getValue() + " x " + reason.getKey());
        }
        line(String.format(
                Locale.ROOT,
                "guests: %d boots, %d restores, %d crashes, %d hangs, %d killed, %d sent garbage, %d programs run"
                        + " again",
                events.boots(),
                events.restores(),
                events.crashes(),
                events.hangs(),
                events.killed(),
                events.garbage(),
                events.rerun()));
        counts.profiles()
                .forEach((name, count) -> line(String.format(
                        Locale.ROOT,
                        "profile %-7s  %,d programs, %,d judged, %,d violation, %,d new signal",
                        name,
                        count.programs(),
                        count.judged(),
                        count.violation(),
                        count.newSignal())));
        line(String.format(Locale.ROOT, "signal %,d, programs kept %,d", counts.signal(), result.kept()));
        result.untriaged().forEach(text -> line("not a finding: " + text));
        if (result.findings().isEmpty()) {
            line("no findings");
        }
        for (CampaignFinding finding : result.findings()) {
            line(String.format(
                    Locale.ROOT,
                    "%-10s %-28s %2d operations, %d of %d runs, profile %s, seen %,d times, first after %.1f s",
                    finding.label(),
                    finding.id(),
                    finding.operations(),
                    finding.hits(),
                    finding.runs(),
                    finding.profile(),
                    finding.sightings(),
                    finding.firstSeenSeconds()));
            line("           " + finding.sentence());
            if (finding.knownBugsCompared() > 0) {
                line("           " + Attribution.sentence(finding.knownBugs(), finding.knownBugsCompared()));
            }
            line("           " + finding.path().resolve("report.md"));
        }
    }
}
