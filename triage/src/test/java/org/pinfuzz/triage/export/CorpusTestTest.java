// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinfuzz.triage.export.TapResults.Result.FAILED;
import static org.pinfuzz.triage.export.TapResults.Result.MISSING;
import static org.pinfuzz.triage.export.TapResults.Result.PASSED;
import static org.pinfuzz.triage.export.TapResults.Result.SKIPPED;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

final class CorpusTestTest {
    private static final Step MMAP = Step.of(0, Operations.MMAP, 0, 1, 0, 0);
    private static final Step PIN = Step.of(0, Operations.PIN, 0, 0, 1, 0, 0, 0, 0);
    private static final Program PINNED = new Program(List.of(MMAP, PIN));
    private static final Program FORKED = new Program(List.of(MMAP, PIN, Step.of(0, Operations.FORK, 1)));
    private static final Program MAPPED = new Program(List.of(MMAP));

    private static CorpusTest test() {
        CorpusTest test = new CorpusTest();
        test.add("mapped", "A mapping.", MAPPED, "VALUES");
        test.add("pinned", "A pin.", PINNED, "VALUES");
        test.add("forked", "A fork.", FORKED, "VALUES");
        return test;
    }

    @Test
    void casesThatPassAreGroupedByChapter() throws IOException, InterruptedException {
        List<TestCase> settled =
                test().settle(cases -> cases.stream().map(each -> PASSED).toList());

        assertThat(settled).extracting(TestCase::name).containsExactly("forked", "pinned", "mapped");
        assertThat(CTest.selftest(settled))
                .contains("{ \"fork and copy-on-write with pinned pages\", \"A fork.\", forked },")
                .contains("if (!i || strcmp(cases[i].chapter, cases[i - 1].chapter))");
    }

    @Test
    void aCaseThatDoesNotPassTriesOtherPinsAndIsLeftOutInTheEnd() throws IOException, InterruptedException {
        CorpusTest test = test();

        List<TestCase> settled = test.settle(cases -> cases.stream()
                .map(each -> each.name().equals("pinned") ? SKIPPED : PASSED)
                .toList());

        assertThat(settled).extracting(TestCase::name).containsExactly("forked", "mapped");
        assertThat(test.left()).containsOnlyKeys("pinned");
        assertThat(test.left().get("pinned")).startsWith("it skips on the good kernel with pins by ");
    }

    @Test
    void anotherDeviceIsTriedBeforeACaseIsLeftOut() throws IOException, InterruptedException {
        CorpusTest test = test();

        List<TestCase> settled = test.settle(cases -> cases.stream()
                .map(each -> each.pins().text().equals("io_uring's fixed buffers") ? FAILED : PASSED)
                .toList());

        assertThat(settled).extracting(each -> each.pins().text()).containsExactly("vmsplice", "vmsplice", "no pins");
        assertThat(test.left()).isEmpty();
    }

    @Test
    void onlyTheFirstOfTheCasesThatTheTestDidNotComeToIsBlamed() throws IOException, InterruptedException {
        CorpusTest test = test();

        List<TestCase> settled = test.settle(cases -> cases.get(0).name().equals("forked")
                ? List.of(MISSING, MISSING, MISSING)
                : cases.stream().map(each -> PASSED).toList());

        assertThat(settled).extracting(TestCase::name).containsExactly("pinned", "mapped");
        assertThat(test.left()).containsOnlyKeys("forked");
    }

    @Test
    void whatCannotBeSaidInCIsLeftOutWithTheReason() {
        CorpusTest test = new CorpusTest();
        test.add("exit", "An exit.", new Program(List.of(MMAP, Step.of(0, Operations.EXIT))), "VALUES");
        test.add("exec", "A new program.", new Program(List.of(MMAP, Step.of(0, Operations.EXEC))), "VALUES");
        test.add("twice", "A mapping.", MAPPED, "VALUES");
        test.add("again", "A mapping.", MAPPED, "VALUES");

        assertThat(test.size()).isEqualTo(1);
        assertThat(test.left()).containsOnlyKeys("exit", "exec");
    }
}
