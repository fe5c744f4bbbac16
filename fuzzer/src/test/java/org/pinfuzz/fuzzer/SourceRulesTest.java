// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** House rules over the text of every file under version control. */
final class SourceRulesTest {

    private static final Path HOME = Path.of(System.getProperty("pinfuzz.home"));

    private static final Pattern CARRIES_LICENCE = Pattern.compile(".*\\.(java|c|h|sh|xml|md)|pinfuzz|\\.ci/run");

    /** Homes of people and of build machines; the cache and the checkout are found at run time. */
    private static final Pattern MACHINE_PATH = Pattern.compile("(?<![\\w.$}-])/(?:work|farm|root|home/\\w+)/");

    /** Packages come from where the system's own configuration says; namespaces of XML files are no such place. */
    private static final Pattern PACKAGE_MIRROR = Pattern.compile(
            "(?i)https?://(?!maven\\.apache\\.org/(?:POM|xsd)/)[a-z0-9.-]*(?:debian|ubuntu|maven|sonatype|npmjs)");

    private List<Path> files = List.of();

    @BeforeEach
    void listFilesUnderVersionControl() throws IOException, InterruptedException {
        assumeTrue(Files.exists(HOME.resolve(".git")), "not a git checkout: no list of files under version control");
        // The owner of a checkout in a container is often another user, which git refuses by default.
        Process git = new ProcessBuilder("git", "-c", "safe.directory=*", "ls-files", "-z")
                .directory(HOME.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String listing = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(git.waitFor()).as("exit code of git ls-files in %s", HOME).isZero();
        // A file that is deleted but not yet committed as such is still listed.
        files = Stream.of(listing.split("\0"))
                .map(Path::of)
                .filter(file -> Files.isRegularFile(HOME.resolve(file)))
                .toList();
        assertThat(files).contains(Path.of("pom.xml"));
    }

    @Test
    void everySourceFileOpensWithItsLicence() throws IOException {
        List<Path> unlicensed = new ArrayList<>();
        for (Path file : files) {
            if (CARRIES_LICENCE.matcher(file.toString()).matches()
                    && lines(file).stream().limit(2).noneMatch(line -> line.contains("SPDX-License-Identifier: "))) {
                unlicensed.add(file);
            }
        }
        assertThat(unlicensed)
                .as("files without an SPDX line among their first two")
                .isEmpty();
    }

    @Test
    void noFileNamesAPathOfAMachine() throws IOException {
        assertThat(linesWith(MACHINE_PATH)).isEmpty();
    }

    @Test
    void noFileNamesAPackageMirror() throws IOException {
        assertThat(linesWith(PACKAGE_MIRROR)).isEmpty();
    }

    private List<String> linesWith(Pattern pattern) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            List<String> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (pattern.matcher(lines.get(i)).find()) {
                    found.add(file + ":" + (i + 1) + ": " + lines.get(i).strip());
                }
            }
        }
        return found;
    }

    /** Latin-1 reads any bytes, and the rules look for ASCII only. */
    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(HOME.resolve(file), StandardCharsets.ISO_8859_1);
    }
}
