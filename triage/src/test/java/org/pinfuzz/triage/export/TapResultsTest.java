// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinfuzz.triage.export.TapResults.Result.FAILED;
import static org.pinfuzz.triage.export.TapResults.Result.MISSING;
import static org.pinfuzz.triage.export.TapResults.Result.PASSED;
import static org.pinfuzz.triage.export.TapResults.Result.SKIPPED;

import org.junit.jupiter.api.Test;

final class TapResultsTest {
    @Test
    void resultsOfCasesAreReadByTheirNumbers() {
        String output = """
                TAP version 13
                1..5
                # a chapter
                ok 1 a case
                not ok 3 another # with a sign in it
                ok 2 # SKIP no memory in ZONE_MOVABLE
                ok 4 a third # skip
                # ok 5 said by nobody
                """;

        assertThat(TapResults.read(output, 5)).containsExactly(PASSED, SKIPPED, FAILED, SKIPPED, MISSING);
    }

    @Test
    void whatIsNoResultOfACaseIsPassedOver() {
        assertThat(TapResults.read("ok 0 none\nok 3 none\nok 99999999999 none\nok\nnot ok x\n", 2))
                .containsExactly(MISSING, MISSING);
    }
}
