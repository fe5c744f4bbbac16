// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.corpus.Seed;
import org.pinfuzz.corpus.SeedDirectory;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.InputFile;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.Environment;
import org.pinfuzz.triage.export.Reproducer;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The argument {@code FINDING|FILE}: a finding by its id or its directory, or a program or a seed in a file. */
public final class ReproducerArgument {
    private static final String PROGRAM = "program.json";
    private static final String ENVIRONMENT = "environment.json";

    @Parameters(
            index = "0",
            paramLabel = "FINDING|FILE",
            description = "Id of a finding, its directory, or a program as JSON.")
    private String what = "";

    @Option(
            names = "--findings",
            paramLabel = "DIR",
            defaultValue = "pinfuzz-out/findings",
            description = "Where findings are looked for by their id. Default: ${DEFAULT-VALUE}.")
    private Path findings = Path.of("");

    /** For the command line to fill in. */
    public ReproducerArgument() {}

    /** @param findings where findings are looked for by their id */
    ReproducerArgument(String what, Path findings) {
        this.what = what;
        this.findings = findings;
    }

    /** As it was given. */
    String text() {
        return what;
    }

    /** The directory of the finding, if it is one. */
    Optional<Path> findingDirectory() {
        Path path = Path.of(what);
        if (Files.isRegularFile(path)) {
            return Optional.empty();
        }
        return Optional.of(Files.isDirectory(path) ? path : findings.resolve(what))
                .map(directory -> directory.toAbsolutePath().normalize());
    }

    /**
     * What was named.
     *
     * @param doing what it is wanted for, for the error: {@code exporting}
     * @throws CommandError if there is no such file and no such finding
     * @throws org.pinfuzz.generators.program.ProgramFormatException if the file is no program
     * @throws org.pinfuzz.corpus.StoreException if the finding or the seed is damaged
     */
    Reproducer read(String doing) {
        Optional<Path> finding = findingDirectory();
        if (finding.isEmpty()) {
            Path file = Path.of(what);
            String name = file.getFileName().toString().replaceFirst("\\.[a-z]+$", "");
            String text = content(file);
            if (!text.contains("\"" + SeedDirectory.FORMAT + "\"")) {
                return new Reproducer(name, Operations.JSON.read(text, what), Optional.empty(), Optional.empty());
            }
            Seed seed = SeedDirectory.parse(text, what, name, Operations.JSON);
            return new Reproducer(name, seed.program(), Optional.empty(), Optional.of(seed));
        }
        Path directory = finding.get();
        if (!Files.isRegularFile(directory.resolve(PROGRAM))) {
            throw new CommandError(doing + " " + what + " failed: there is no such file, and no finding in " + directory
                    + "; `pinfuzz corpus list` shows what there is");
        }
        return new Reproducer(
                id(directory),
                program(directory.resolve(PROGRAM)),
                Optional.of(new FindingStore(directory.getParent()).load(id(directory))),
                Optional.empty());
    }

    /**
     * The options of guests like those that the finding was seen in; none for what is no finding.
     *
     * @throws CommandError if they cannot be read
     */
    List<String> recordedOptions() {
        return findingDirectory().map(ReproducerArgument::recordedOptions).orElse(List.of());
    }

    private static List<String> recordedOptions(Path finding) {
        try {
            return Environment.replayOptions(new FindingStore(finding.getParent()).read(id(finding), ENVIRONMENT));
        } catch (IllegalArgumentException e) {
            throw new CommandError(
                    "reading " + finding.resolve(ENVIRONMENT) + " failed: " + e.getMessage()
                            + "; name its program.json instead, and the guests by options",
                    e);
        }
    }

    private static String id(Path finding) {
        return finding.getFileName().toString();
    }

    /**
     * Reads a program's file.
     *
     * @throws CommandError if it cannot be read
     */
    static Program program(Path file) {
        return Operations.JSON.read(content(file), file.toString());
    }

    private static String content(Path file) {
        try {
            return InputFile.read(file);
        } catch (IOException e) {
            throw new CommandError("reading the program " + file + " failed: " + FileFailure.reason(e), e);
        }
    }
}
