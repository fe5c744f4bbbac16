// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bisect;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.KernelTree;
import org.pinfuzz.vm.pool.GuestProfile;

/** Builds a revision with make and starts guests in it. */
public final class KernelRevisionBuild implements RevisionBuild {
    private static final Duration LIMIT = Duration.ofHours(4);

    private final Installation installation;
    private final Toolbox tools;
    private final Path config;
    private final GuestProfile profile;
    private final int guests;
    private final ProgressListener progress;

    /**
     * @param config the configuration with which every revision starts
     * @param profile machine of the guests
     */
    public KernelRevisionBuild(
            Installation installation,
            Toolbox tools,
            Path config,
            GuestProfile profile,
            int guests,
            ProgressListener progress) {
        this.installation = requireNonNull(installation, "installation is null");
        this.tools = requireNonNull(tools, "tools is null");
        this.config = requireNonNull(config, "config is null");
        this.profile = requireNonNull(profile, "profile is null");
        this.guests = guests;
        this.progress = requireNonNull(progress, "progress is null");
    }

    @Override
    public Built build(Path worktree) throws BuildFailure {
        try {
            // Each revision changes its own copy; what one drops another may have.
            Files.copy(config, worktree.resolve(".config"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new VmException("copying " + config + " to " + worktree + " failed: " + FileFailure.reason(e), e);
        }
        make(worktree, "olddefconfig");
        make(worktree, "-j" + Runtime.getRuntime().availableProcessors(), "bzImage", "modules");
        try {
            Kernel kernel = new KernelTree(installation.cache(), tools, progress).built(worktree);
            return new Guests(GuestSession.open(installation, tools, kernel, profile, guests, progress));
        } catch (VmException e) {
            throw new BuildFailure(String.valueOf(e.getMessage()));
        }
    }

    private void make(Path worktree, String... arguments) throws BuildFailure {
        List<String> command = new ArrayList<>(List.of("make"));
        command.addAll(List.of(arguments));
        Path log = worktree.resolveSibling(worktree.getFileName() + ".log");
        try {
            HostCommand.Result result = new HostCommand(command, worktree, LIMIT).run(tools, log);
            if (!result.succeeded()) {
                throw new BuildFailure(String.join(" ", command) + " failed: " + result.lastLines());
            }
        } catch (IOException e) {
            throw new VmException(
                    "running " + String.join(" ", command) + " in " + worktree + " failed: " + FileFailure.reason(e),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException("building " + worktree + " was interrupted", e);
        }
    }

    private record Guests(GuestSession session) implements Built {
        @Override
        public Oracle oracle() {
            return session.runner();
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
