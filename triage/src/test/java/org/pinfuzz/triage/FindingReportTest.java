// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.triage.known.KnownBugs;

/**
 * Compares reports with stored ones. To store what is produced now, run with {@code -Dpinfuzz.golden.write=true} and read
 * the difference.
 */
class FindingReportTest {
    private static final Path STORED = Path.of("src/test/resources/org/pinfuzz/triage");

    @ParameterizedTest
    @EnumSource(
            value = Plant.class,
            names = {"CHILD_SEES_DEVICE_WRITE", "PIN_LEAKS_ON_SHORT_COUNT"})
    void aReportReadsAsItDidBefore(Plant plant) throws IOException {
        Program program = plant == Plant.PIN_LEAKS_ON_SHORT_COUNT
                ? new Program(List.of(
                        Step.of(0, Operations.MMAP, 0, 1, 0, 0), Step.of(0, Operations.PIN, 0, 0, 2, 0, 0, 0, 0)))
                : new Program(List.of(
                        Step.of(0, Operations.MMAP, 0, 1, 0, 0),
                        Step.of(0, Operations.PIN, 0, 0, 1, 0, 0, 0, 0),
                        Step.of(0, Operations.FORK, 1),
                        Step.of(0, Operations.DEVICE_WRITE, 0),
                        Step.of(1, Operations.READ, 0, 0, 1)));
        Oracle.Run run = SimulatedOracle.with(plant, 1).run(program);
        Violation violation = run.judgement().first().orElseThrow();
        Map<String, String> details = new LinkedHashMap<>();
        details.put("QEMU", "8.2.0");
        details.put("memory", "two nodes | movable");
        FindingRecord record = new FindingRecord(
                BugIdentity.of(violation, program),
                violation.invariant(),
                violation.label(),
                program.size(),
                19,
                20,
                1,
                "7.2.0",
                "movable",
                List.of("VALUES"),
                42,
                7);

        String text = new FindingReport(
                        record,
                        violation,
                        program,
                        run.trace(),
                        50,
                        true,
                        new Environment("7.2.0", "movable", List.of(), details),
                        KnownBugs.read(Path.of("known-bugs")).attribute(violation, program, "7.2.0"),
                        "./pinfuzz replay findings/" + record.id())
                .text();

        assertThat(text).isEqualTo(stored("report-" + plant + ".txt", text));
    }

    private static String stored(String name, String now) throws IOException {
        if (Boolean.getBoolean("pinfuzz.golden.write")) {
            Files.writeString(STORED.resolve(name), now);
        }
        try (InputStream stream = FindingReportTest.class.getResourceAsStream(name)) {
            return Boolean.getBoolean("pinfuzz.golden.write") || stream == null
                    ? Files.readString(STORED.resolve(name))
                    : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
