// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bisect;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.VmException;

/** A work tree of its own beside the user's, whose files and index stay as they are. */
public final class GitWorktree implements AutoCloseable {
    /** A checkout of a kernel takes a minute on a slow disk. */
    private static final Duration LIMIT = Duration.ofMinutes(20);

    private static final Pattern COMMIT = Pattern.compile("(?m)^([0-9a-f]{40,64})$");

    private final Path repository;
    private final Path directory;

    private GitWorktree(Path repository, Path directory) {
        this.repository = repository;
        this.directory = directory;
    }

    /**
     * Makes a work tree; one that an earlier run left there is taken over.
     *
     * @param repository a git tree of the user's
     * @param directory where the work tree shall be
     * @param revision what is checked out first
     * @throws VmException when there is no git, no such tree or no such revision
     */
    public static GitWorktree add(Path repository, Path directory, String revision) {
        requireNonNull(repository, "repository is null");
        if (!HostCommand.available("git")) {
            throw new VmException("bisecting " + repository + " failed: there is no git; apt-get install git");
        }
        GitWorktree tree = new GitWorktree(repository, directory);
        String commit = tree.commit(revision);
        try {
            Files.createDirectories(directory.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new VmException("making a work tree in " + directory + " failed: " + FileFailure.reason(e), e);
        }
        tree.git(repository, "worktree", "prune");
        if (Files.isDirectory(directory.resolve(".git")) || Files.isRegularFile(directory.resolve(".git"))) {
            gitAnyway(directory, "bisect", "reset");
            tree.checkout(commit);
        } else {
            tree.git(repository, "worktree", "add", "--quiet", "--detach", directory.toString(), commit);
        }
        return tree;
    }

    /** Where the revision in turn is checked out. */
    public Path directory() {
        return directory;
    }

    /**
     * The full name of a commit.
     *
     * @throws VmException when the tree has no such revision
     */
    public String commit(String revision) {
        HostCommand.Result result =
                gitAnyway(repository, "rev-parse", "--quiet", "--verify", "--end-of-options", revision + "^{commit}");
        if (!result.succeeded()) {
            throw new VmException("looking for the revision " + revision + " failed: " + repository
                    + " is no git tree that has it; fetch it there, or name another");
        }
        return result.output().strip();
    }

    /** The first line of a commit's message. */
    public String subject(String commit) {
        return git(repository, "log", "-1", "--format=%s", commit).output().strip();
    }

    void checkout(String commit) {
        git(directory, "checkout", "--quiet", "--force", "--detach", commit);
    }

    /** What is checked out. */
    String head() {
        return git(directory, "rev-parse", "HEAD").output().strip();
    }

    /** Where a bisection stands: which commit is to be tried next, or that it is over. */
    record Turn(boolean over, List<String> suspects) {}

    Turn start(String good, String bad) {
        return turn("start", bad, good);
    }

    Turn mark(String word) {
        return turn(word);
    }

    private Turn turn(String... arguments) {
        List<String> all = new ArrayList<>(List.of("bisect"));
        all.addAll(List.of(arguments));
        HostCommand.Result result = gitAnyway(directory, all.toArray(String[]::new));
        String output = result.output();
        if (output.contains("is the first bad commit")) {
            return new Turn(true, List.of(bad()));
        }
        if (output.contains("The first bad commit could be any of")) {
            List<String> suspects = new ArrayList<>();
            COMMIT.matcher(output).results().forEach(match -> suspects.add(match.group(1)));
            return new Turn(true, suspects);
        }
        if (!result.succeeded()) {
            throw failure(all, result);
        }
        return new Turn(false, List.of());
    }

    private String bad() {
        return git(directory, "rev-parse", "refs/bisect/bad").output().strip();
    }

    private HostCommand.Result git(Path where, String... arguments) {
        HostCommand.Result result = gitAnyway(where, arguments);
        if (!result.succeeded()) {
            throw failure(List.of(arguments), result);
        }
        return result;
    }

    private VmException failure(List<String> arguments, HostCommand.Result result) {
        return new VmException("bisecting " + repository + " failed: git " + String.join(" ", arguments)
                + " ended with " + result.status() + ": " + result.lastLines());
    }

    private static HostCommand.Result gitAnyway(Path where, String... arguments) {
        // Hooks of the user's are for the user's work.
        List<String> command = new ArrayList<>(List.of("git", "-c", "core.hooksPath=/dev/null"));
        command.addAll(List.of(arguments));
        try {
            return new HostCommand(command, where, LIMIT).runForOutput();
        } catch (IOException e) {
            throw new VmException("running git in " + where + " failed: " + FileFailure.reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException("running git in " + where + " was interrupted", e);
        }
    }

    /** Ends the bisection; the work tree stays, so that the next one does not build everything again. */
    @Override
    public void close() {
        gitAnyway(directory, "bisect", "reset");
    }
}
