// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.fuzzer.guest.Programs;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.Environment;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.triage.Outcome;
import org.pinfuzz.triage.ShrinkLimits;
import org.pinfuzz.triage.Triage;
import org.pinfuzz.triage.TriageLimits;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.Instruments;

/** The kernel complains, stops or hangs for a fault planted in the module: each becomes a finding of its title. */
@Timeout(300)
final class CrashGuestTest {
    private static final String KERNEL = "debian-6.1";
    /** Places in {@code enum pfz_canary}. */
    private static final int WARN = 4;

    private static final int BUG = 5;
    private static final int HANG = 6;
    private static final int KASAN = 7;

    private static final String MMAP = "t0: mmap region=r0 pages=1 sharing=private protection=read-write";
    private static final String PIN = "t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=short path=slow";
    private static final String WRITE = "t0: write region=r0 first=0 pages=1";
    private static final String DEVICE_WRITE = "t0: device_write pin=k0";
    private static final String UNPIN = "t0: unpin pin=k0";

    @TempDir
    Path directory;

    private static GuestSession session(int canary) {
        GuestProfile profile = GuestProfile.DEFAULT.with(Instruments.DEFAULT.withCanary(canary));
        return GuestSession.open(Installation.detect(), KERNEL, profile, 1, ProgressListener.SILENT);
    }

    /** Triages a program with more in it than is needed; answers the finding. */
    private FindingRecord found(GuestSession session, String store, String last) {
        return found(
                session,
                store,
                TriageLimits.DEFAULT,
                Programs.of(MMAP, "t0: fork child=t1", "t1: read region=r0 first=0 pages=1", PIN, "t1: exit", last));
    }

    private FindingRecord found(GuestSession session, String store, TriageLimits limits, Program program) {
        Oracle.Run run = session.runner().run(List.of(program)).get(0);
        Violation violation = run.judgement().violations().stream()
                .filter(each -> each.invariant().equals("NO-SPLAT"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no complaint in " + run));
        Outcome outcome = new Triage(
                        session.runner(), new FindingStore(directory.resolve(store)), limits, InstantSource.system())
                .triage(run, violation, new Triage.Origin(1, 1, new Environment(KERNEL, Map.of())));
        assertThat(outcome).isInstanceOf(Outcome.Found.class);
        return ((Outcome.Found) outcome).record();
    }

    /** The finding is as short as it can be, bears the title, and shows it again. */
    private void assertFound(GuestSession session, String store, FindingRecord record, String last, String title) {
        FindingStore findings = new FindingStore(directory.resolve(store));
        Program shrunk = Operations.JSON.read(findings.read(record.id(), "program.json"), "a test");
        assertThat(findings.read(record.id(), "report.md")).contains(title);
        assertThat(shrunk).isEqualTo(Programs.of(MMAP, PIN, last));
        assertThat(record.hits()).isEqualTo(record.runs());
        assertThat(session.runner().runAlone(shrunk, 1).get(0).judgement().violations())
                .anySatisfy(violation -> assertThat(violation.seen()).isEqualTo(title));
    }

    @Test
    void two_warnings_of_one_check_are_two_findings_and_one_found_twice_is_one() {
        try (GuestSession session = session(WARN)) {
            FindingRecord write = found(session, "write", DEVICE_WRITE);
            FindingRecord again = found(session, "again", DEVICE_WRITE);
            FindingRecord unpin = found(session, "unpin", UNPIN);
            assertThat(again.id()).isEqualTo(write.id());
            assertThat(unpin.id()).isNotEqualTo(write.id());
            assertThat(new FindingStore(directory.resolve("write")).read(write.id(), "report.md"))
                    .contains("canary_warn_at_write");
            assertThat(new FindingStore(directory.resolve("unpin")).read(unpin.id(), "report.md"))
                    .contains("canary_warn_at_unpin");
            assertThat(write.operations()).isEqualTo(3);
            assertThat(unpin.operations()).isEqualTo(3);
        }
    }

    @Test
    void a_bug_is_found_under_the_function_that_stopped_the_kernel() {
        try (GuestSession session = session(BUG)) {
            FindingRecord record = found(session, "bug", DEVICE_WRITE);
            assertThat(new FindingStore(directory.resolve("bug")).read(record.id(), "report.md"))
                    .contains("kernel BUG at ")
                    .contains(" in canary_bug");
            assertThat(record.operations()).isEqualTo(3);
            assertThat(record.alternativeTitles()).anyMatch(title -> title.startsWith("Kernel panic"));
        }
    }

    @Test
    void a_hang_is_found() {
        try (GuestSession session = session(HANG)) {
            // Each hang is waited for until it can be nothing else.
            FindingRecord record = found(
                    session,
                    "hang",
                    new TriageLimits(1, 1, 2, 1, 1, 1, ShrinkLimits.DEFAULT),
                    Programs.of(MMAP, WRITE, PIN, DEVICE_WRITE));
            assertFound(session, "hang", record, DEVICE_WRITE, "the guest stops answering");
        }
    }

    @Test
    void a_report_of_kasan_is_found_under_what_was_done_and_where() {
        try (GuestSession session = session(KASAN)) {
            FindingRecord record = found(session, "kasan", DEVICE_WRITE);
            assertFound(
                    session,
                    "kasan",
                    record,
                    DEVICE_WRITE,
                    "BUG: KASAN: slab-use-after-free in canary_kasan [pinfuzz]");
        }
    }
}
