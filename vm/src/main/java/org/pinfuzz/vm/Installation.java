// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where pinfuzz and what it keeps lie.
 *
 * @param home the checkout: {@code kmod/}, {@code vm/agent/}, {@code vm/kernels/} and {@code corpus/seeds/} are in it
 * @param cache what was fetched, built and saved; may be deleted at any time when nothing runs
 */
public record Installation(Path home, Path cache) {
    /** System property that the launcher and the build set to the checkout. */
    public static final String HOME_PROPERTY = "pinfuzz.home";

    public Installation {
        home = requireNonNull(home, "home is null").toAbsolutePath().normalize();
        cache = requireNonNull(cache, "cache is null").toAbsolutePath().normalize();
    }

    /**
     * The installation that this process belongs to: home from {@value #HOME_PROPERTY}; cache from
     * {@code PINFUZZ_CACHE}, else below {@code XDG_CACHE_HOME}, else below {@code ~/.cache}.
     *
     * @throws VmException when the home is not set or is no checkout
     */
    public static Installation detect() {
        String home = System.getProperty(HOME_PROPERTY);
        if (home == null || !Files.isDirectory(Path.of(home, "vm", "kernels"))) {
            throw new VmException("looking for pinfuzz's own files failed: the system property " + HOME_PROPERTY
                    + " is " + home + ", which has no vm/kernels in it; start pinfuzz through its launcher");
        }
        return new Installation(Path.of(home), cacheFrom(System.getenv(), Path.of(System.getProperty("user.home"))));
    }

    static Path cacheFrom(Map<String, String> environment, Path userHome) {
        return variable(environment, "PINFUZZ_CACHE")
                .or(() -> variable(environment, "XDG_CACHE_HOME").map(path -> path.resolve("pinfuzz")))
                .orElse(userHome.resolve(".cache").resolve("pinfuzz"));
    }

    private static Optional<Path> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(value -> !value.isBlank())
                .map(Path::of);
    }

    public Path kernelCatalogue() {
        return home.resolve("vm").resolve("kernels");
    }

    public Path agentSources() {
        return home.resolve("vm").resolve("agent");
    }

    /** The first process of guests that run one test. */
    public Path testerSources() {
        return home.resolve("vm").resolve("tester");
    }

    /** Programs written by hand. */
    public Path seeds() {
        return home.resolve("corpus").resolve("seeds");
    }

    /** Bugs of kernels that are known. */
    public Path knownBugs() {
        return home.resolve("triage").resolve("known-bugs");
    }

    public Path moduleSources() {
        return home.resolve("kmod");
    }
}
