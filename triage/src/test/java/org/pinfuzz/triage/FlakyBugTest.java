// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.simulated.SimulatedKernel;

/** Bugs that show in some runs only, in each with the same probability. */
class FlakyBugTest {
    private static final int PROGRAMS = 10;
    private static final int ENOUGH = 8;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.2, 0.05})
    void aBugThatShowsSeldomIsMinimisedAndItsRateIsStored(double rate) {
        List<FindingRecord> records = new ArrayList<>();
        List<Oracle.Run> programs = DrawnPrograms.breaking(Plant.CHILD_SEES_DEVICE_WRITE, "PAE-SHARED", "")
                .limit(PROGRAMS)
                .toList();
        for (int i = 0; i < PROGRAMS; i++) {
            FindingStore store = new FindingStore(directory.resolve(Integer.toString(i)));
            Oracle oracle = SimulatedOracle.flaky(Plant.CHILD_SEES_DEVICE_WRITE, rate, i);
            Outcome outcome = new Triage(oracle, store, TriageLimits.PATIENT, InstantSource.system())
                    .triage(
                            programs.get(i),
                            new Triage.Origin(i, 0, new Environment(SimulatedKernel.RELEASE, Map.of())));
            if (outcome instanceof Outcome.Found found) {
                records.add(found.record());
            }
        }
        long minimal =
                records.stream().filter(record -> record.operations() <= 3 + 1).count();
        long nearRate = records.stream()
                .filter(record -> {
                    double stored = (double) record.hits() / record.runs();
                    return stored >= rate / 2 && stored <= rate * 2;
                })
                .count();
        System.out.printf(
                "a bug that shows in %.2f of the runs: %d findings, lengths %s, hits/runs %s%n",
                rate,
                records.size(),
                records.stream().map(FindingRecord::operations).toList(),
                records.stream()
                        .map(record -> record.hits() + "/" + record.runs())
                        .toList());

        assertThat(minimal).isGreaterThanOrEqualTo(ENOUGH);
        assertThat(nearRate).isGreaterThanOrEqualTo(ENOUGH);
    }
}
