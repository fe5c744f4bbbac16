// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pinfuzz.generators.invariant.Verdict;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.Instruments;

/** What is known to be wrong with old kernels is seen on them, and not on a new one. */
@Timeout(300)
final class KnownBugsGuestTest {
    private static final int RUNS = 3;

    private static final Program PIN_IN_MOVABLE = Programs.of(
            "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
            "t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=long path=slow");

    private static final Program COPIED_AFTER_MPROTECT = Programs.of(
            "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
            "t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=short path=slow",
            "t0: mprotect region=r0 first=0 pages=1 protection=read",
            "t0: mprotect region=r0 first=0 pages=1 protection=read-write",
            "t0: write region=r0 first=0 pages=1");

    private static final Program STALE_READ_PIN_AFTER_FORK = Programs.of(
            "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
            "t0: write region=r0 first=0 pages=1",
            "t0: fork child=t1",
            "t0: pin region=r0 first=0 pages=1 pin=k0 access=read term=short path=slow",
            "t0: write region=r0 first=0 pages=1");

    private static final Program STALE_READ_PIN_OF_ZERO_PAGE = Programs.of(
            "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
            "t0: pin region=r0 first=0 pages=1 pin=k0 access=read term=long path=slow",
            "t0: write region=r0 first=0 pages=1");

    private static final List<Program> ALL =
            List.of(PIN_IN_MOVABLE, COPIED_AFTER_MPROTECT, STALE_READ_PIN_AFTER_FORK, STALE_READ_PIN_OF_ZERO_PAGE);

    private static GuestSession session(String kernel) {
        return GuestSession.open(Installation.detect(), kernel, GuestProfile.DEFAULT, 1, ProgressListener.SILENT);
    }

    private static void assertBreaks(GuestSession session, Program program, String invariant, String label) {
        for (Oracle.Run run : session.runner().runAlone(program, RUNS)) {
            assertThat(run.judgement().inconclusive()).isEmpty();
            assertThat(run.judgement().violations())
                    .extracting(Violation::invariant, Violation::label)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(invariant, label));
        }
    }

    @Test
    void on_5_10_all_four_are_seen_each_time() {
        try (GuestSession session = session("debian-5.10")) {
            assertBreaks(session, PIN_IN_MOVABLE, "LT-ZONE", "LIMITATION");
            assertBreaks(session, COPIED_AFTER_MPROTECT, "PIN-COHERENT-W", "LIMITATION");
            assertBreaks(session, STALE_READ_PIN_AFTER_FORK, "PIN-COHERENT-R", "LIMITATION");
            assertBreaks(session, STALE_READ_PIN_OF_ZERO_PAGE, "PIN-COHERENT-R", "LIMITATION");
        }
    }

    @Test
    void on_6_1_only_the_read_pin_of_the_zero_page_goes_stale() {
        Map<Program, Verdict> expected = Map.of(
                PIN_IN_MOVABLE,
                Verdict.PASS,
                COPIED_AFTER_MPROTECT,
                Verdict.PASS,
                STALE_READ_PIN_AFTER_FORK,
                Verdict.PASS,
                STALE_READ_PIN_OF_ZERO_PAGE,
                Verdict.VIOLATION);
        try (GuestSession session = session("debian-6.1")) {
            expected.forEach((program, verdict) -> assertThat(session.runner().runAlone(program, RUNS))
                    .extracting(run -> run.judgement().verdict())
                    .containsOnly(verdict));
        }
    }

    @Test
    void on_6_12_none_of_them_is_seen() {
        try (GuestSession session = session("debian-6.12")) {
            for (Program program : ALL) {
                assertThat(session.runner().runAlone(program, RUNS))
                        .extracting(run -> run.judgement().verdict())
                        .containsOnly(Verdict.PASS);
            }
        }
    }

    @Test
    void without_the_module_io_uring_pins_in_movable_memory_are_still_seen() {
        Program program = Programs.of(
                "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
                "t0: uring_pin region=r0 first=0 pages=1 pin=k0",
                "t0: device_write pin=k0",
                "t0: read region=r0 first=0 pages=1");
        GuestProfile profile = GuestProfile.DEFAULT.with(Instruments.DEFAULT.withoutModule());
        try (GuestSession old =
                        GuestSession.open(Installation.detect(), "debian-5.10", profile, 1, ProgressListener.SILENT);
                GuestSession recent =
                        GuestSession.open(Installation.detect(), "debian-6.12", profile, 1, ProgressListener.SILENT)) {
            assertBreaks(old, program, "LT-ZONE", "LIMITATION");
            assertThat(recent.runner().runAlone(program, RUNS))
                    .extracting(run -> run.judgement().verdict())
                    .containsOnly(Verdict.PASS);
        }
    }
}
