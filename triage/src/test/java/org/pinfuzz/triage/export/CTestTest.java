// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinfuzz.corpus.Seed;
import org.pinfuzz.corpus.SeedDirectory;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;

final class CTestTest {
    private static final Path SEEDS = Path.of("..", "corpus", "seeds");

    private static final Program COW = program(
            "{\"lane\":0,\"task\":\"t0\",\"operation\":\"mmap\",\"region\":\"r0\",\"pages\":1,\"sharing\":\"private\",\"protection\":\"read-write\"}",
            "{\"lane\":0,\"task\":\"t0\",\"operation\":\"pin\",\"region\":\"r0\",\"first\":0,\"pages\":1,\"pin\":\"k0\",\"access\":\"write\",\"term\":\"short\",\"path\":\"slow\"}",
            "{\"lane\":0,\"task\":\"t0\",\"operation\":\"fork\",\"child\":\"t1\"}",
            "{\"lane\":0,\"task\":\"t1\",\"operation\":\"write\",\"region\":\"r0\",\"first\":0,\"pages\":1}",
            "{\"lane\":0,\"task\":\"t1\",\"operation\":\"exit\"}",
            "{\"lane\":0,\"task\":\"t0\",\"operation\":\"write\",\"region\":\"r0\",\"first\":0,\"pages\":2}");

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"gcc", "clang"})
    void everyInvariantAndEveryDeviceCompileWithoutWarnings(String compiler) throws IOException, InterruptedException {
        assumeTrue(installed(compiler), compiler + " is not on this machine");
        for (PinChoice pins : PinChoice.candidates(COW)) {
            for (String invariant : List.of(
                    "PIN-COHERENT-W", "FORK-PARENT-KEEPS", "LT-ZONE", "LT-STAY", "PIN-BALANCE", "RESULT", "NO-SPLAT")) {
                String text = CTest.program(new TestCase("cow", "A sentence.", COW, invariant, pins));
                assertCompiles(compiler, invariant + " by " + pins.text(), text);
            }
        }
    }

    @Test
    void devicesThatEveryKernelHasAreTriedFirst() {
        assertThat(PinChoice.candidates(COW))
                .extracting(PinChoice::text)
                .containsExactly(
                        "io_uring's fixed buffers",
                        "vmsplice",
                        "the kernel's gup_test (CONFIG_GUP_TEST)",
                        "the pinfuzz module");
    }

    @Test
    void stepsOfTwoTasksTakeTurnsAndAnExitIsReaped() {
        String text = CTest.program(new TestCase(
                "cow",
                "A sentence.",
                COW,
                "FORK-PARENT-KEEPS",
                PinChoice.candidates(COW).get(0)));

        assertThat(text)
                .containsSubsequence(
                        "static void test_t1(void)",
                        "await_turn(1);",
                        "write_pages(r0, 1, 0x400);",
                        "_exit(0);",
                        "static void test(void)",
                        "t1 = fork_task();",
                        "pass_turn(1);",
                        "await_turn(2);",
                        "waitpid(t1, NULL, 0);");
    }

    @Test
    void whatReachesBeyondItsMappingMeetsAHole() {
        String text = CTest.program(new TestCase(
                "cow", "A sentence.", COW, "VALUES", PinChoice.candidates(COW).get(0)));

        assertThat(text)
                .contains("need(!munmap(r0 + page, 15 * page), \"munmap\");")
                .contains("check(!can_access(r0 + page, 1, 0x601), \"page 1 may not be written\");");
    }

    @Test
    void whatUserSpaceCannotSeeIsRefused() {
        assertThatThrownBy(() -> new TestCase(
                        "cow",
                        "A sentence.",
                        COW,
                        "LT-CMA",
                        PinChoice.candidates(COW).get(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LT-CMA cannot be asserted from user space");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gcc", "clang"})
    void everySeedThatCanBeAssertedCompilesWithoutWarnings(String compiler) throws IOException, InterruptedException {
        assumeTrue(installed(compiler), compiler + " is not on this machine");
        int compiled = 0;
        for (String subject : List.of("known", "mutants")) {
            for (Seed seed : new SeedDirectory(SEEDS.resolve(subject), Operations.JSON).readAll()) {
                List<String> asserted = seed.expect().values().stream()
                        .flatMap(List::stream)
                        .filter(TestCase::canAssert)
                        .distinct()
                        .toList();
                for (String invariant : asserted) {
                    PinChoice pins = PinChoice.candidates(seed.program()).get(0);
                    TestCase test = new TestCase(
                            TestCase.nameOf(seed.name()), seed.sentence(), seed.program(), invariant, pins);
                    Optional<String> text = written(test);
                    if (text.isPresent()) {
                        assertCompiles(compiler, seed.name() + " for " + invariant, text.get());
                        compiled++;
                    }
                }
            }
        }
        assertThat(compiled).isGreaterThan(20);
    }

    /** The test's text; empty where one of its operations has none. */
    private static Optional<String> written(TestCase test) {
        try {
            return Optional.of(CTest.program(test));
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageEndingWith("cannot be written as a C test");
            return Optional.empty();
        }
    }

    private static boolean installed(String compiler) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, compiler)));
    }

    private void assertCompiles(String compiler, String what, String text) throws IOException, InterruptedException {
        Path source = Files.writeString(directory.resolve("test.c"), text);
        Process gcc = new ProcessBuilder(
                        compiler, "-fsyntax-only", "-O1", "-Wall", "-Wextra", "-Werror", source.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(gcc.waitFor()).as("%s: %s", what, said).isZero();
    }

    private static Program program(String... steps) {
        return Operations.JSON.read(
                "{\"format\":\"pinfuzz-program\",\"version\":1,\"steps\":[" + String.join(",", steps) + "]}", "a test");
    }
}
