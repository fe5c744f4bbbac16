// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bisect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinfuzz.generators.invariant.Judgement;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.Trace;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.VmException;

/** A git tree whose commits are numbered, a build that reads the number, and a kernel in memory that has a bug or not. */
final class BisectionTest {
    private static final int COMMITS = 24;
    private static final int FIRST_BAD = 13;
    private static final Program PROGRAM = new Program(List.of());

    @TempDir
    Path directory;

    private Path repository;
    private final List<String> commits = new ArrayList<>();
    private final List<Integer> built = new ArrayList<>();

    @BeforeEach
    void makeATree() throws IOException, InterruptedException {
        repository = Files.createDirectory(directory.resolve("linux"));
        git("init", "--quiet");
        git("symbolic-ref", "HEAD", "refs/heads/main");
        StringBuilder history = new StringBuilder();
        for (int i = 0; i < COMMITS; i++) {
            String message = "mm: change number " + i;
            String number = Integer.toString(i);
            history.append("commit refs/heads/main\ncommitter Nobody <nobody@example.org> ")
                    .append(i)
                    .append(" +0000\ndata ")
                    .append(message.length())
                    .append('\n')
                    .append(message)
                    .append("\nM 100644 inline number\ndata ")
                    .append(number.length())
                    .append('\n')
                    .append(number)
                    .append('\n');
        }
        Path stream = Files.writeString(directory.resolve("history"), history);
        Process process = new ProcessBuilder("git", "fast-import", "--quiet")
                .directory(repository.toFile())
                .inheritIO()
                .redirectInput(stream.toFile())
                .start();
        assertThat(process.waitFor()).isZero();
        git("reset", "--quiet", "--hard");
        commits.addAll(git("rev-list", "--reverse", "HEAD").lines().toList());
    }

    private String git(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        HostCommand.Result result = new HostCommand(command, repository, Duration.ofMinutes(2)).runForOutput();
        assertThat(result.succeeded()).isTrue();
        return result.output();
    }

    /** A kernel that breaks with a probability, from the first bad commit on. */
    private RevisionBuild build(double probability, Set<Integer> unbuildable, long seed) {
        Random random = new Random(seed);
        return worktree -> {
            int number = number(worktree);
            built.add(number);
            if (unbuildable.contains(number)) {
                throw new RevisionBuild.BuildFailure("make bzImage failed: mm/gup.c is wrong");
            }
            return new InMemory(number >= FIRST_BAD ? probability : 0, random);
        };
    }

    private static int number(Path worktree) {
        try {
            return Integer.parseInt(Files.readString(worktree.resolve("number")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private record InMemory(double probability, Random random) implements RevisionBuild.Built, Oracle {
        @Override
        public Oracle oracle() {
            return this;
        }

        @Override
        public void close() {}

        @Override
        public List<Run> run(List<Program> programs) {
            return programs.stream().map(this::run).toList();
        }

        private Run run(Program program) {
            List<Violation> violations = random.nextDouble() < probability
                    ? List.of(new Violation("LT-ZONE", 0, "pin", "", "", true, "5.13", "", ""))
                    : List.of();
            return new Run(
                    program, Trace.notStarted(), new Judgement(violations, List.of(), true, 8, Map.of(), Set.of()), "");
        }

        @Override
        public List<Run> runAlone(Program program, int times) {
            return run(java.util.Collections.nCopies(times, program));
        }

        @Override
        public int width() {
            return 1;
        }
    }

    private Bisection.Result bisect(RevisionBuild build, String good, String bad) {
        try (GitWorktree tree = GitWorktree.add(repository, directory.resolve("worktree"), good)) {
            return new Bisection(tree, build, PROGRAM, Optional.of("LT-ZONE"), line -> {}).run(good, bad);
        }
    }

    @Test
    void a_steady_bug_is_found_in_few_runs_and_the_tree_of_the_user_stays_as_it_is()
            throws IOException, InterruptedException {
        Bisection.Result result = bisect(build(1, Set.of(), 1), commits.get(0), "HEAD");

        assertThat(result.suspects()).containsExactly(commits.get(FIRST_BAD));
        assertThat(result.hitRate()).isEqualTo(1);
        assertThat(result.goodRuns()).isEqualTo(2);
        assertThat(result.confidence()).isEqualTo(1);
        assertThat(built).hasSizeLessThan(8);
        assertThat(git("status", "--porcelain")).isEmpty();
        assertThat(git("rev-parse", "HEAD").strip()).isEqualTo(commits.get(COMMITS - 1));
        assertThat(git("for-each-ref", "refs/bisect")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void a_bug_that_shows_in_every_fourth_run_is_found_by_running_each_commit_often_enough(long seed) {
        Bisection.Result result = bisect(build(0.25, Set.of(), seed), commits.get(0), "HEAD");

        assertThat(result.goodRuns()).isBetween(8, 60);
        assertThat(result.suspects()).containsExactly(commits.get(FIRST_BAD));
        assertThat(result.confidence()).isGreaterThan(0.9);
    }

    @Test
    void a_commit_that_does_not_build_is_skipped() {
        Bisection.Result result = bisect(build(1, Set.of(11, 15), 1), commits.get(0), "HEAD");

        assertThat(result.suspects()).containsExactly(commits.get(FIRST_BAD));
    }

    @Test
    void where_the_commits_beside_it_do_not_build_all_that_it_could_be_are_named() {
        Bisection.Result result = bisect(build(1, Set.of(11, 12, 13), 1), commits.get(0), "HEAD");

        assertThat(result.suspects())
                .containsExactlyInAnyOrder(commits.get(11), commits.get(12), commits.get(13), commits.get(14));
        assertThat(result.tried())
                .filteredOn(tried -> tried.mark() == Bisection.Mark.SKIPPED)
                .isNotEmpty()
                .allSatisfy(tried -> assertThat(tried.note()).isEqualTo("make bzImage failed: mm/gup.c is wrong"));
    }

    @Test
    void ends_that_are_not_what_they_are_called_end_it_with_a_reason() {
        assertThatThrownBy(() -> bisect(build(1, Set.of(), 1), commits.get(0), commits.get(5)))
                .isInstanceOf(VmException.class)
                .hasMessage("bisecting failed at the bad end, " + commits.get(5)
                        + ": it never broke there, in 20 runs; name another revision with --bad");
        assertThatThrownBy(() -> bisect(build(1, Set.of(), 1), commits.get(14), "HEAD"))
                .hasMessageContaining("at the good end, " + commits.get(14) + ": it broke there too, in 2 runs");
        assertThatThrownBy(() -> bisect(build(1, Set.of(COMMITS - 1), 1), commits.get(0), "HEAD"))
                .hasMessageContaining("at the bad end")
                .hasMessageContaining("mm/gup.c is wrong");
        assertThatThrownBy(() -> bisect(build(1, Set.of(), 1), commits.get(0), "v9.9"))
                .hasMessageContaining("looking for the revision v9.9 failed")
                .hasMessageContaining(repository.toString());
    }

    @Test
    void the_rarer_the_bug_the_more_runs_make_a_commit_good() {
        assertThat(Bisection.goodRuns(20, 20)).isEqualTo(2);
        assertThat(Bisection.goodRuns(10, 20)).isBetween(7, 9);
        assertThat(Bisection.goodRuns(1, 20)).isBetween(90, 110);
    }
}
