// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.triage.export.ExportFormat;
import org.pinfuzz.triage.export.Exported;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pinfuzz export}: writes a program in another language. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        header = "Write a finding or a program in another language.",
        description = {
            "Prints the text, or writes its files into a directory. What was chosen and what the language cannot express is told"
                    + " on the standard error.",
            "c and kselftest are tests: each is compiled and run, and kept if it fails on the broken kernel and passes on a"
                    + " good one, see docs/exports.md."
        },
        exitCodeList = {
            "0:done",
            "1:there is no such finding or program, its file is damaged, no test of it is proven, or nothing could be"
                    + " written",
            "2:the command line was not understood"
        },
        footer = {
            "",
            "Examples:",
            "  pinfuzz export LT-ZONE-3f9a1c2b --format json",
            "  pinfuzz export LT-ZONE-3f9a1c2b --format kselftest --good pin-7.2",
            "  pinfuzz export program.json --format syz --out repro     see docs/formats/syz.md"
        })
final class ExportCommand implements Callable<Integer> {
    private static final Path TESTS = Path.of("pinfuzz-out", "exports");

    @Spec
    private CommandSpec spec;

    @Mixin
    private ReproducerArgument reproducer = new ReproducerArgument();

    // Not required: picocli would tell of it before it tells of an option that does not exist.
    @Option(names = "--format", paramLabel = "FORMAT", description = "The language: ${COMPLETION-CANDIDATES}.")
    private Optional<ExportFormat> chosen = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write the files there, replacing them, instead of printing a single one. Default of tests:"
                    + " pinfuzz-out/exports.")
    private Optional<Path> out = Optional.empty();

    @Mixin
    private ProvenExport proof = new ProvenExport();

    @Override
    public Integer call() {
        ExportFormat format = chosen.orElseThrow(() -> new ParameterException(
                spec.commandLine(), "pinfuzz export needs --format: " + Arrays.toString(ExportFormat.values())));
        if (format.proven()) {
            return proof.export(
                    reproducer.read("exporting"),
                    reproducer.recordedOptions(),
                    format == ExportFormat.KSELFTEST,
                    out.orElse(TESTS),
                    spec.commandLine().getOut());
        }
        Exported exported = format.exporter().export(reproducer.read("exporting"));
        PrintWriter text = spec.commandLine().getOut();
        PrintWriter notes = spec.commandLine().getErr();
        if (out.isEmpty() && exported.files().size() > 1) {
            throw new CommandError("exporting " + reproducer.text() + " as " + format + " gives "
                    + exported.files().size() + " files; name a directory for them with --out");
        }
        out.ifPresentOrElse(
                directory -> write(exported.files(), directory, text),
                () -> exported.files().values().forEach(text::print));
        text.flush();
        exported.notes().forEach(notes::println);
        notes.flush();
        return 0;
    }

    private static void write(Map<String, String> files, Path directory, PrintWriter text) {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            try {
                Files.createDirectories(path.toAbsolutePath().getParent());
                Files.writeString(path, file.getValue());
            } catch (IOException e) {
                throw new CommandError(
                        "writing " + path + " failed: " + FileFailure.reason(e)
                                + "; name a directory that can be written with --out",
                        e);
            }
            text.println(path);
        }
    }
}
