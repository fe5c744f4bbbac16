// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.Installation;

final class RungsTest {
    @TempDir
    private Path seeds;

    private void write(String file, String rest) throws IOException {
        Path path = seeds.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(
                path,
                "{\"format\":\"pinfuzz-seed\",\"version\":1,\"sentence\":\"it holds\"," + rest
                        + ",\"program\":{\"format\":\"pinfuzz-program\",\"version\":1,\"steps\":["
                        + "{\"lane\":0,\"task\":\"t0\",\"operation\":\"exit\"}]}}");
    }

    private List<Rung> rungs() throws IOException {
        write("known/stale.json", "\"expect\":{\"debian-6.1\":[\"VALUES\"],\"debian-5.10\":[\"VALUES\"],\"new\":[]}");
        write("mutants/shares.json", "\"expect\":{\"shares\":[\"VALUES\",\"RESULT\"]}");
        write("mutants/meets.json", "\"expect\":{\"meets\":[\"VALUES\"]},\"race\":true,\"profile\":\"cma\"");
        return Rungs.read(seeds);
    }

    @Test
    void a_seed_makes_a_rung_of_each_kernel_and_each_mutant_on_which_it_breaks() throws IOException {
        assertThat(rungs())
                .extracting(Rung::name, Rung::kernel, Rung::mutant, Rung::profile, Rung::invariants)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "debian-5.10-stale", "debian-5.10", Optional.empty(), "movable", List.of("VALUES")),
                        org.assertj.core.groups.Tuple.tuple(
                                "debian-6.1-stale", "debian-6.1", Optional.empty(), "movable", List.of("VALUES")),
                        org.assertj.core.groups.Tuple.tuple(
                                "meets", Rungs.MUTANTS_KERNEL, Optional.of("meets"), "cma", List.of("VALUES")),
                        org.assertj.core.groups.Tuple.tuple(
                                "shares",
                                Rungs.MUTANTS_KERNEL,
                                Optional.of("shares"),
                                "movable",
                                List.of("VALUES", "RESULT")));
    }

    @Test
    void races_are_climbed_only_when_they_are_named() throws IOException {
        List<Rung> all = rungs();
        assertThat(Rungs.chosen(all, List.of())).extracting(Rung::name).doesNotContain("meets");
        assertThat(Rungs.chosen(all, List.of("meets"))).extracting(Rung::name).containsExactly("meets");
    }

    @Test
    void rungs_are_chosen_by_names_and_patterns_in_the_order_of_the_ladder() throws IOException {
        List<Rung> all = rungs();
        assertThat(Rungs.chosen(all, List.of("shares", "debian-*")))
                .extracting(Rung::name)
                .containsExactly("debian-5.10-stale", "debian-6.1-stale", "shares");
        assertThat(Rungs.chosen(all, List.of("*6.1*"))).hasSize(1);
        assertThatThrownBy(() -> Rungs.chosen(all, List.of("share", "meets", "none*")))
                .hasMessageContaining("[share, none*] name no rung")
                .hasMessageContaining("debian-5.10-stale");
    }

    @Test
    void the_rungs_of_this_checkout_have_names_of_their_own() {
        List<Rung> rungs = Rungs.read(Installation.detect().seeds());
        assertThat(rungs).extracting(Rung::name).doesNotHaveDuplicates().contains("debian-5.10-read-pin-of-zero");
    }
}
