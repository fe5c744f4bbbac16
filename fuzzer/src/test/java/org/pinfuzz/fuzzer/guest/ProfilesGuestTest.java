// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinfuzz.generators.invariant.Verdict;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.pool.GuestProfile;

/** Each profile is the machine that it says it is: the kernel puts a user's pages where they make it one. */
@Timeout(300)
final class ProfilesGuestTest {
    private static final String STOCK = "debian-6.1";

    /** What a slot of memory adds lies at 4 GiB and above; guests have less than that at boot. */
    private static final long FIRST_SLOT_PFN = (4L << 30) / 4096;

    private static final int WRITE = 1;
    private static final int PIN = 2;

    private static final Program WRITE_THEN_PIN = Programs.of(
            "t0: mmap region=r0 pages=4 sharing=private protection=read-write",
            "t0: write region=r0 first=0 pages=4",
            "t0: pin region=r0 first=0 pages=4 pin=k0 access=write term=long path=slow",
            "t0: device_write pin=k0",
            "t0: read region=r0 first=0 pages=4");

    private static GuestSession session(Kernel kernel, String profile) {
        return GuestSession.open(
                Installation.detect(),
                new HostTools(),
                kernel,
                GuestProfile.named(profile).orElseThrow(),
                1,
                ProgressListener.SILENT);
    }

    private static Oracle.Run run(GuestSession session, Program program) {
        Oracle.Run run = session.runner().runAlone(program, 1).get(0);
        assertThat(run.judgement().inconclusive()).isEmpty();
        assertThat(run.judgement().violations()).isEmpty();
        assertThat(run.judgement().verdict()).isEqualTo(Verdict.PASS);
        return run;
    }

    /** Facts of the frames that the first region maps after a step. */
    private static List<PageFact> mapped(Oracle.Run run, int step) {
        StepTrace seen = run.trace().steps().get(step);
        List<Long> frames = seen.mappings().stream()
                .filter(MappingFact::present)
                .map(MappingFact::pfn)
                .toList();
        assertThat(frames).isNotEmpty();
        return seen.pages().stream().filter(fact -> frames.contains(fact.pfn())).toList();
    }

    @Test
    void movable_gives_users_pages_of_ZONE_MOVABLE_and_long_term_pins_leave_it() {
        try (GuestSession session = session(KernelHere.orSkip(STOCK), "movable")) {
            Oracle.Run run = run(session, WRITE_THEN_PIN);
            assertThat(mapped(run, WRITE)).allMatch(fact -> fact.zone() == PageFact.ZONE_MOVABLE);
            assertThat(mapped(run, PIN)).noneMatch(fact -> fact.zone() == PageFact.ZONE_MOVABLE);
        }
    }

    @Test
    void hotplug_gives_users_memory_that_was_added_after_boot_and_long_term_pins_leave_it() {
        try (GuestSession session = session(KernelHere.orSkip(STOCK), "hotplug")) {
            Oracle.Run run = run(session, WRITE_THEN_PIN);
            assertThat(mapped(run, WRITE))
                    .allMatch(fact -> fact.zone() == PageFact.ZONE_MOVABLE && fact.pfn() >= FIRST_SLOT_PFN);
            assertThat(mapped(run, PIN))
                    .allMatch(fact -> fact.zone() != PageFact.ZONE_MOVABLE && fact.pfn() < FIRST_SLOT_PFN);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"debian-6.1", "debian-6.12"})
    void swap_takes_pages_out_and_brings_them_back_but_leaves_pinned_ones(String stock) {
        try (GuestSession session = session(KernelHere.orSkip(stock), "swap")) {
            Oracle.Run unpinned = run(
                    session,
                    Programs.of(
                            "t0: mmap region=r0 pages=2 sharing=private protection=read-write",
                            "t0: write region=r0 first=0 pages=2",
                            "t0: madvise region=r0 first=0 pages=2 advice=pageout",
                            "t0: fork child=t1",
                            "t1: read region=r0 first=0 pages=2",
                            "t0: write region=r0 first=0 pages=1",
                            "t0: read region=r0 first=0 pages=2"));
            assertThat(unpinned.trace().steps().get(2).mappings())
                    .hasSize(2)
                    .allMatch(mapping -> mapping.swapped() && !mapping.present());
            Oracle.Run pinned = run(
                    session,
                    Programs.of(
                            "t0: mmap region=r0 pages=2 sharing=private protection=read-write",
                            "t0: write region=r0 first=0 pages=2",
                            "t0: pin region=r0 first=0 pages=1 pin=k0 access=read term=short path=fast",
                            "t0: madvise region=r0 first=0 pages=2 advice=pageout",
                            "t0: device_read pin=k0",
                            "t0: read region=r0 first=0 pages=2"));
            List<MappingFact> after = pinned.trace().steps().get(3).mappings();
            assertThat(after).extracting(MappingFact::present).containsExactly(true, false);
            assertThat(after).extracting(MappingFact::swapped).containsExactly(false, true);
        }
    }

    @Test
    void a_page_in_swap_is_pinned_for_long_outside_ZONE_MOVABLE() {
        try (GuestSession session = session(KernelHere.orSkip(STOCK), "swap")) {
            Oracle.Run run = run(
                    session,
                    Programs.of(
                            "t0: mmap region=r0 pages=2 sharing=private protection=read-write",
                            "t0: write region=r0 first=0 pages=2",
                            "t0: madvise region=r0 first=0 pages=2 advice=pageout",
                            "t0: pin region=r0 first=0 pages=2 pin=k0 access=write term=long path=fast",
                            "t0: device_read pin=k0",
                            "t0: read region=r0 first=0 pages=2"));
            assertThat(run.trace().steps().get(2).mappings()).allMatch(MappingFact::swapped);
            assertThat(mapped(run, 3)).hasSize(2).noneMatch(fact -> fact.zone() == PageFact.ZONE_MOVABLE);
        }
    }

    @Test
    void hugetlb_has_its_huge_pages_on_both_nodes_and_nothing_movable() {
        // That the huge pages are there the agent has verified before it said HELLO.
        try (GuestSession session = session(KernelHere.orSkip(STOCK), "hugetlb")) {
            Oracle.Run run = run(session, WRITE_THEN_PIN);
            assertThat(mapped(run, WRITE)).noneMatch(fact -> fact.zone() == PageFact.ZONE_MOVABLE);
            assertThat(session.template().command().kernelArguments()).contains(" pfz_hugepages=96 ");
        }
    }

    @Test
    void cma_gives_users_pages_of_the_area_and_long_term_pins_leave_it() {
        try (GuestSession session = session(KernelHere.orSkip("pin-6.12"), "cma")) {
            Oracle.Run run = run(session, WRITE_THEN_PIN);
            assertThat(mapped(run, WRITE)).allMatch(fact -> fact.migratetype() == PageFact.MIGRATETYPE_CMA);
            assertThat(mapped(run, PIN)).noneMatch(fact -> fact.migratetype() == PageFact.MIGRATETYPE_CMA);
            assertThat(run.judgement().passed()).containsEntry("LT-CMA", 4);
        }
    }

    @Test
    void a_guest_that_is_another_machine_than_declared_is_refused() {
        assertThatThrownBy(() -> session(KernelHere.orSkip(STOCK), "cma"))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("another size of CMA areas");
    }
}
