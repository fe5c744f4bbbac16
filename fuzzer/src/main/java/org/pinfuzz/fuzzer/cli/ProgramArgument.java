// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.InputFile;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.Environment;

/**
 * The argument {@code FINDING|FILE} of commands that run one program.
 *
 * @param program the program
 * @param invariant what it is known to break; empty for a program that is no finding
 */
record ProgramArgument(Program program, Optional<String> invariant) {
    private static final String PROGRAM = "program.json";
    private static final String ENVIRONMENT = "environment.json";

    /**
     * Reads what was named; of a finding also the options of its guests.
     *
     * @param what id of a finding, its directory, or a program's file
     * @param findings where findings are looked for by their id
     * @param guests take over what the finding was recorded with
     * @param doing what it is wanted for, for the error: {@code replaying}
     * @throws CommandError if there is no such file and no such finding, or it cannot be read
     */
    static ProgramArgument read(String what, Path findings, GuestOptions guests, String doing) {
        Path path = Path.of(what);
        if (Files.isRegularFile(path)) {
            return new ProgramArgument(program(path), Optional.empty());
        }
        Path directory = (Files.isDirectory(path) ? path : findings.resolve(what))
                .toAbsolutePath()
                .normalize();
        if (!Files.isRegularFile(directory.resolve(PROGRAM))) {
            throw new CommandError(doing + " " + what + " failed: there is no such file, and no finding in " + directory
                    + "; `pinfuzz corpus list` shows what there is");
        }
        String id = directory.getFileName().toString();
        FindingStore store = new FindingStore(directory.getParent());
        try {
            guests.recorded(Environment.replayOptions(store.read(id, ENVIRONMENT)));
        } catch (IllegalArgumentException e) {
            throw new CommandError(
                    "reading " + directory.resolve(ENVIRONMENT) + " failed: " + e.getMessage()
                            + "; name its program.json instead, with --kernel",
                    e);
        }
        return new ProgramArgument(
                program(directory.resolve(PROGRAM)), Optional.of(store.load(id).invariant()));
    }

    /**
     * Reads a program's file.
     *
     * @throws CommandError if it cannot be read
     */
    static Program program(Path file) {
        try {
            return Operations.JSON.read(InputFile.read(file), file.toString());
        } catch (IOException e) {
            throw new CommandError("reading the program " + file + " failed: " + FileFailure.reason(e), e);
        }
    }
}
