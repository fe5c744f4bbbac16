// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.corpus.Seed;
import org.pinfuzz.corpus.SeedDirectory;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.InputFile;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.export.Reproducer;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The argument {@code FINDING|FILE}: a finding by its id or its directory, or a program in a file. */
public final class ReproducerArgument {
    private static final String PROGRAM = "program.json";

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
     * @throws org.pinfuzz.corpus.StoreException if the finding is damaged
     */
    Reproducer read(String doing) {
        Optional<Path> finding = findingDirectory();
        if (finding.isEmpty()) {
            Path file = Path.of(what);
            String name = file.getFileName().toString().replaceFirst("\\.[a-z]+$", "");
            Program program = seed().map(Seed::program).orElseGet(() -> program(file));
            return new Reproducer(name, program, Optional.empty());
        }
        Path directory = finding.get();
        if (!Files.isRegularFile(directory.resolve(PROGRAM))) {
            throw new CommandError(doing + " " + what + " failed: there is no such file, and no finding in " + directory
                    + "; `pinfuzz corpus list` shows what there is");
        }
        String id = directory.getFileName().toString();
        FindingRecord record = new FindingStore(directory.getParent()).load(id);
        return new Reproducer(id, program(directory.resolve(PROGRAM)), Optional.of(record));
    }

    /** The seed, if the file is one: a program with what it tests and breaks. */
    Optional<Seed> seed() {
        Path file = Path.of(what).toAbsolutePath().normalize();
        Path name = file.getFileName();
        if (!Files.isRegularFile(file) || name == null || !isSeed(file)) {
            return Optional.empty();
        }
        return new SeedDirectory(file.getParent(), Operations.JSON)
                .readAll().stream()
                        .filter(seed -> name.toString().equals(seed.name() + ".json"))
                        .findFirst();
    }

    private static boolean isSeed(Path file) {
        try {
            return InputFile.read(file).contains("\"" + SeedDirectory.FORMAT + "\"");
        } catch (IOException e) {
            // Whoever reads it as a program says why it cannot be read.
            return false;
        }
    }

    private static Program program(Path file) {
        try {
            return Operations.JSON.read(InputFile.read(file), file.toString());
        } catch (IOException e) {
            throw new CommandError("reading the program " + file + " failed: " + FileFailure.reason(e), e);
        }
    }
}
