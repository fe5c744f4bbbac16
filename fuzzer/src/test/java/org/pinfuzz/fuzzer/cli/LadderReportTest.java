// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinfuzz.fuzzer.bench.Climb;
import org.pinfuzz.fuzzer.bench.LadderResult;
import org.pinfuzz.fuzzer.bench.Rung;
import org.pinfuzz.fuzzer.bench.RungResult;
import org.pinfuzz.fuzzer.guest.Programs;

/**
 * Compares the table with a stored one. To store what is produced now, run with {@code -Dpinfuzz.golden.write=true} and
 * read the difference.
 */
final class LadderReportTest {
    private static final Path STORED = Path.of("src/test/resources/org/pinfuzz/fuzzer/cli/ladder.txt");

    private static final LadderReport.Settings SETTINGS = new LadderReport.Settings(1, 3, Duration.ofMinutes(10), 2);

    private static final LadderResult RESULT = new LadderResult(List.of(
            rung(
                    "debian-5.10-longterm-movable",
                    Optional.empty(),
                    hit(1, 12, 0.9, "LT-ZONE", 2),
                    hit(2, 3, 1.1, "LT-ZONE", 2),
                    hit(3, 7, 0.8, "LT-ZONE", 2)),
            rung(
                    "shares",
                    Optional.of("shares"),
                    hit(1, 1_200, 61.5, "LT-ZONE", 3),
                    hit(2, 40_000, 70, "VALUES", 2),
                    hit(3, 9, 1, "LT-ZONE", 2)),
            rung(
                    "hides",
                    Optional.of("hides"),
                    hit(1, 1_000, 300, "LT-ZONE", 2),
                    missed(2, ""),
                    missed(3, "LT-ZONE after pin, seen 1 times: did not show again in 2 runs alone"))));

    @TempDir
    private Path directory;

    private static RungResult rung(String name, Optional<String> mutant, Climb... climbs) {
        Rung rung = new Rung(
                name,
                "it holds",
                mutant.isPresent() ? "mutants-6.12" : "debian-5.10",
                "movable",
                mutant,
                List.of("LT-ZONE"),
                Programs.of(
                        "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
                        "t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=long path=slow"),
                false);
        return new RungResult(rung, List.of(climbs));
    }

    private static Climb hit(long seed, long program, double seconds, String invariant, int operations) {
        return new Climb(
                seed,
                Optional.of(new Climb.Hit(program, seconds, invariant + "-0a1b2c3d", invariant, operations, 5, 5)),
                program + 700,
                seconds + 3,
                "");
    }

    private static Climb missed(long seed, String note) {
        return new Climb(seed, Optional.empty(), 240_000, 600.4, note);
    }

    @Test
    void the_ladder_reads_as_it_did_before() throws IOException {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        for (RungResult rung : RESULT.rungs()) {
            rung.climbs().forEach(climb -> out.println(LadderTable.line(rung.rung(), climb)));
        }
        out.println();
        LadderTable.print(RESULT, out);
        if (Boolean.getBoolean("pinfuzz.golden.write")) {
            Files.writeString(STORED, text.toString());
        }
        assertThat(text.toString()).isEqualTo(Files.readString(STORED));
    }

    @Test
    void a_part_is_read_back_as_it_was_written() throws IOException {
        Path file = directory.resolve("ladder.json");
        LadderReport.of(SETTINGS, RESULT).write(file.toString(), new PrintWriter(new StringWriter()));
        Map<String, List<Climb>> read = LadderReport.read(file, SETTINGS);
        assertThat(read.keySet()).containsExactly("debian-5.10-longterm-movable", "shares", "hides");
        for (RungResult rung : RESULT.rungs()) {
            assertThat(read.get(rung.rung().name())).isEqualTo(rung.climbs());
        }
        assertThat(Files.readString(file)).contains("\"holds\" : false").contains("\"medianSeconds\" : null");
    }

    @Test
    void without_a_file_there_is_no_earlier_part() {
        assertThat(LadderReport.read(directory.resolve("none.json"), SETTINGS)).isEmpty();
    }

    @Test
    void a_part_of_other_settings_or_another_file_is_refused() throws IOException {
        Path file = directory.resolve("ladder.json");
        LadderReport.of(SETTINGS, RESULT).write(file.toString(), new PrintWriter(new StringWriter()));
        LadderReport.Settings others = new LadderReport.Settings(1, 5, Duration.ofMinutes(10), 2);
        assertThatThrownBy(() -> LadderReport.read(file, others))
                .isInstanceOf(CommandError.class)
                .hasMessageContaining("--first-seed 1 --seeds 3 --time 600s --guests 2")
                .hasMessageContaining("--seeds 5");
        Files.writeString(file, "{}");
        assertThatThrownBy(() -> LadderReport.read(file, SETTINGS)).hasMessageContaining("no pinfuzz-bench-ladder");
        Files.writeString(file, "{");
        assertThatThrownBy(() -> LadderReport.read(file, SETTINGS)).hasMessageContaining("not JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rungs", "climbs", "name", "seed", "programs", "seconds", "note", "invariant"})
    void a_part_that_lacks_a_field_is_refused_and_not_taken_for_zero(String field) throws IOException {
        Path file = directory.resolve("ladder.json");
        LadderReport.of(SETTINGS, RESULT).write(file.toString(), new PrintWriter(new StringWriter()));
        Files.writeString(file, Files.readString(file).replace("\"" + field + "\"", "\"other\""));
        assertThatThrownBy(() -> LadderReport.read(file, SETTINGS))
                .isInstanceOf(CommandError.class)
                .hasMessageStartingWith("resuming from " + file + " failed: a rung or a climb in it is damaged: ")
                .hasMessageContaining("it has no \"" + field + "\"");
    }

    @Test
    void what_cannot_be_asked_for_is_told_in_one_line() {
        CommandLineRun resume = CommandLineRun.of("bench", "ladder", "--resume");
        assertThat(resume.status()).isEqualTo(1);
        assertThat(resume.err()).contains("add --json FILE");
        CommandLineRun only = CommandLineRun.of("bench", "ladder", "--only", "no-such-rung");
        assertThat(only.status()).isEqualTo(1);
        assertThat(only.err()).contains("--only [no-such-rung] name no rung; there are [");
        assertThat(CommandLineRun.of("bench", "ladder", "--seeds", "0").err()).contains("--seeds is 0");
    }

    @Test
    void the_rungs_can_be_listed() {
        CommandLineRun run = CommandLineRun.of("bench", "ladder", "--list");
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("debian-6.1-read-pin-of-zero").contains("PIN-COHERENT-R");
    }
}
