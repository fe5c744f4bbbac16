// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.InputFile;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.triage.syz.SyzProgram;
import org.pinfuzz.triage.syz.SyzReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pinfuzz import}: reads programs of other tools. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        header = "Read a program of another tool.",
        description = "Makes a program of it that the other commands take.",
        footer = {"", "Example:", "  pinfuzz import syz repro.syz --out program.json && pinfuzz replay program.json"},
        subcommands = {ImportCommand.Syz.class})
final class ImportCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "pinfuzz import needs to know of what: syz");
    }

    /** {@code pinfuzz import syz}. */
    @Command(
            name = "syz",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            header = "Read a program of syzkaller.",
            description =
                    "Known calls become operations; what is left out, or read as something like it, is told on the"
                            + " standard error.",
            exitCodeList = {
                "0:done",
                "1:the file cannot be read, is no program of syzkaller, or has no call that pinfuzz has an operation"
                        + " for",
                "2:the command line was not understood"
            },
            footer = {"", "Example:", "  pinfuzz import syz repro.syz --out program.json"})
    static final class Syz implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "The program, as syzkaller logs it and its reports show it.")
        private Path file = Path.of("");

        @Option(
                names = "--out",
                paramLabel = "FILE",
                description = "Write the program into FILE, replacing it, instead of printing it.")
        private Optional<Path> out = Optional.empty();

        @Override
        public Integer call() {
            SyzProgram read = SyzReader.read(text(), file.toString());
            PrintWriter notes = spec.commandLine().getErr();
            read.notes().forEach(notes::println);
            notes.flush();
            if (read.program().size() == 0) {
                throw new CommandError("importing " + file + " failed: pinfuzz has operations for none of its calls");
            }
            String json = Operations.JSON.writePretty(read.program());
            out.ifPresentOrElse(target -> write(target, json), () -> {
                spec.commandLine().getOut().print(json);
                spec.commandLine().getOut().flush();
            });
            return 0;
        }

        private String text() {
            try {
                return InputFile.read(file);
            } catch (IOException e) {
                throw new CommandError("reading the program " + file + " failed: " + FileFailure.reason(e), e);
            }
        }

        private static void write(Path target, String json) {
            try {
                Files.writeString(target, json);
            } catch (IOException e) {
                throw new CommandError(
                        "writing the program " + target + " failed: " + FileFailure.reason(e)
                                + "; name a file in a directory that can be written",
                        e);
            }
        }
    }
}
