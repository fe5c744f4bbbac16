// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

class BugIdentityTest {
    private static Violation violation(String invariant, String seen) {
        return new Violation(invariant, 1, "pin", "long-term write", "anon", true, "5.13", "expected", seen);
    }

    private static Program program(int region, int first, int pages, int pin, int term) {
        return new Program(List.of(
                Step.of(0, Operations.MMAP, region, pages, 0, 0),
                Step.of(0, Operations.PIN, region, first, pages, pin, 0, term, 0)));
    }

    @Test
    void theIdOfABugStaysTheSameForEver() {
        assertThat(BugIdentity.of(violation("LT-ZONE", "seen"), program(0, 0, 1, 0, 1)))
                .isEqualTo("LT-ZONE-c69184ae");
    }

    @Test
    void numbersOfHandlesAndCountsOfPagesDoNotMakeABugAnother() {
        String id = BugIdentity.of(violation("LT-ZONE", "seen"), program(0, 0, 1, 0, 1));

        assertThat(BugIdentity.of(violation("LT-ZONE", "other"), program(3, 2, 4, 5, 1)))
                .isEqualTo(id);
    }

    @Test
    void invariantAndFlagsDo() {
        String id = BugIdentity.of(violation("LT-ZONE", "seen"), program(0, 0, 1, 0, 1));

        assertThat(BugIdentity.of(violation("LT-STAY", "seen"), program(0, 0, 1, 0, 1)))
                .doesNotEndWith(id.substring(id.length() - 8));
        assertThat(BugIdentity.of(violation("LT-ZONE", "seen"), program(0, 0, 1, 0, 0)))
                .isNotEqualTo(id);
    }

    @Test
    void aComplaintOfTheKernelIsNamedByItsTitleAndNotByTheProgram() {
        String one = "[  12.345678] WARNING: CPU: 1 PID: 231 at mm/gup.c:138 try_grab_folio+0x10b/0x110";
        String other = "WARNING: CPU: 0 PID: 7 at mm/gup.c:140 try_grab_folio+0xfb/0x210";
        String third = "BUG: Bad page state in process init  pfn:12345";

        String id = BugIdentity.of(violation("NO-SPLAT", one), program(0, 0, 1, 0, 1));

        assertThat(BugIdentity.of(violation("NO-SPLAT", other), program(0, 0, 2, 0, 0)))
                .isEqualTo(id);
        assertThat(BugIdentity.of(violation("NO-SPLAT", third), program(0, 0, 1, 0, 1)))
                .isNotEqualTo(id);
        assertThat(SplatTitle.normalise(one)).isEqualTo("WARNING: CPU N PID N at mm/gup.c try_grab_folio");
        assertThat(SplatTitle.normalise(third)).isEqualTo("BUG: Bad page state in process init pfn N");
    }

    @Test
    void hangsAreToldApartByTheirPrograms() {
        String id = BugIdentity.of(violation("NO-SPLAT", Oracle.HANG), program(0, 0, 1, 0, 1));

        assertThat(BugIdentity.of(violation("NO-SPLAT", Oracle.HANG), program(0, 0, 2, 0, 1)))
                .isEqualTo(id);
        assertThat(BugIdentity.of(violation("NO-SPLAT", Oracle.HANG), program(0, 0, 1, 0, 0)))
                .isNotEqualTo(id);
    }
}
