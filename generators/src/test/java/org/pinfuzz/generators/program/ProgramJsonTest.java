// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pinfuzz.generators.operation.Operations.FORK;
import static org.pinfuzz.generators.operation.Operations.JSON;
import static org.pinfuzz.generators.operation.Operations.MMAP;
import static org.pinfuzz.generators.operation.Operations.READ;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgramJsonTest {
    private static final Program PROGRAM = new Program(
            List.of(Step.of(0, MMAP, 0, 2, 1, 0), Step.of(0, FORK, 1), new Step(2, 1, READ, List.of(0, 1, 1))));

    private static final String TEXT = """
            {"format":"pinfuzz-program","version":1,"steps":[\
            {"lane":0,"task":"t0","operation":"mmap","region":"r0","pages":2,"sharing":"shared","protection":"read-write"},\
            {"lane":0,"task":"t0","operation":"fork","child":"t1"},\
            {"lane":2,"task":"t1","operation":"read","region":"r0","first":1,"pages":1}]}""";

    @Test
    void theCanonicalTextIsThis() {
        assertThat(JSON.write(PROGRAM)).isEqualTo(TEXT);
        assertThat(JSON.read(TEXT, "a test")).isEqualTo(PROGRAM);
    }

    @Test
    void theDigestOfAProgramNeverChanges() {
        assertThat(JSON.digest(new Program(List.of())))
                .isEqualTo("c412960cf1b55d5c0836e72b036ba9ca40e22f29225d1febab7fc48e3d8c394c");
        assertThat(JSON.digest(PROGRAM)).isEqualTo("42408ee34ed0a00e1603f0c1a0dad65e4ee58a5cfb21e2f4dda1491d47f8e744");
    }

    @Test
    void theDigestDoesNotDependOnTheNamesOfHandles() {
        Program renamed = new Program(
                List.of(Step.of(0, MMAP, 6, 2, 1, 0), Step.of(0, FORK, 4), new Step(2, 4, READ, List.of(6, 1, 1))));

        assertThat(renamed).isNotEqualTo(PROGRAM);
        assertThat(JSON.digest(renamed)).isEqualTo(JSON.digest(PROGRAM));
    }

    @Test
    void everyProblemOfATextIsListedAtOnce() {
        String text = """
                {"format":"pinfuzz-program","version":1,"colour":"red","steps":[
                {"lane":0,"task":"t0","operation":"remap"},
                {"lane":0,"task":"t0","operation":"mmap","region":"k0","pages":"2","sharing":"both","protection":"read"},
                {"lane":0,"task":"t0","operation":"mmap","region":"r0","pages":9,"sharing":"shared","protection":"read"},
                {"task":"t0","operation":"read","region":"r1","first":0,"pages":1.5,"page":1},
                {"lane":0,"task":7,"operation":"fork","child":"t1"},
                {"lane":0,"task":"t9","operation":"fork","child":"t1"},
                {"lane":99,"task":"t0","operation":"exit"},
                17]}""";

        assertThatThrownBy(() -> JSON.read(text, "p.json"))
                .isInstanceOf(ProgramFormatException.class)
                .hasMessage("""
                        reading a program from p.json failed:
                          the program has an unknown field "colour"
                          step 0: there is no operation "remap"
                          step 1.region is "k0", not a handle like r0
                          step 1.pages is "2", not a whole number
                          step 1.sharing is "both", not one of [private, shared]
                          step 2: mmap.pages is 9, outside 1..8
                          step 3.lane is missing, not a whole number
                          step 3.pages is 1.5, not a whole number
                          step 3 has an unknown field "page"
                          step 4.task is 7, not a handle like t0
                          step 5: task t9 is outside t0..t5
                          step 6: lane 99 is outside 0..15
                          step 7.operation is missing""");
    }

    @Test
    void ofManyProblemsTheFirstTwentyAreShown() {
        String steps = String.join(",", Collections.nCopies(23, "{\"operation\":\"remap\"}"));

        assertThatThrownBy(() -> JSON.read(program(steps), "p.json"))
                .hasMessageContaining("step 19: ")
                .hasMessageEndingWith("and 3 more problems");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[1                                                  | is not JSON: ",
                "``                                                  | is not a JSON object",
                "[]                                                  | is not a JSON object",
                "{\"format\":\"pinfuzz-trace\",\"version\":1,\"steps\":[]}   | \"format\" is not \"pinfuzz-program\"",
                "{\"format\":\"pinfuzz-program\",\"version\":2,\"steps\":[]} | \"version\" is 2; this pinfuzz reads 1",
                "{\"format\":\"pinfuzz-program\",\"steps\":[]}             | \"version\" is missing; this pinfuzz reads 1",
                "{\"format\":\"pinfuzz-program\",\"version\":1,\"steps\":{}} | \"steps\" is not an array",
                "{\"format\":\"pinfuzz-program\",\"version\":1,\"version\":1,\"steps\":[]} | Duplicate field 'version'",
                "{\"format\":\"pinfuzz-program\",\"version\":1,\"steps\":[]} {} | is not JSON: there is more after its end",
            })
    void whatIsNoDocumentOfThisVersionIsRefusedWithTheReason(String text, String reason) {
        assertThatThrownBy(() -> JSON.read(text, "p.json"))
                .isInstanceOf(ProgramFormatException.class)
                .hasMessageStartingWith("reading a program from p.json failed:\n  ")
                .hasMessageContaining(reason);
    }

    @Test
    void aDuplicateKeyOfAStepIsRefused() {
        assertThatThrownBy(() -> JSON.read(TEXT.replace("\"lane\":2,", "\"lane\":2,\"lane\":2,"), "p.json"))
                .isInstanceOf(ProgramFormatException.class)
                .hasMessageContaining("Duplicate field 'lane'");
    }

    @Test
    void tooManyStepsAreRefusedBeforeAnyIsRead() {
        String steps = String.join(",", Collections.nCopies(65, "{}"));

        assertThatThrownBy(() -> JSON.read(program(steps), "p.json"))
                .isInstanceOf(ProgramFormatException.class)
                .hasMessageEndingWith("has 65 steps, more than 64");
    }

    @Test
    void aHandleThatNoStepCreatesIsRefused() {
        assertThatThrownBy(() -> JSON.read(TEXT.replace("\"child\":\"t1\"", "\"child\":\"t2\""), "p.json"))
                .isInstanceOf(ProgramFormatException.class)
                .hasMessageEndingWith("uses t1, which no earlier step creates");
    }

    private static String program(String steps) {
        return "{\"format\":\"pinfuzz-program\",\"version\":1,\"steps\":[" + steps + "]}";
    }
}
