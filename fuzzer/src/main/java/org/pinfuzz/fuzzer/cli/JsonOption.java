// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The option {@code --json FILE}, the same for every command that has something to report. */
public final class JsonOption {
    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Also write the report as JSON into FILE, replacing it; with - print it instead of the text.")
    private Optional<String> target = Optional.empty();

    /** Whether the standard output belongs to the document, so that nothing else may be printed there. */
    public boolean replacesText() {
        return target.filter(JsonReport.STANDARD_OUTPUT::equals).isPresent();
    }

    /** Where text for people goes: beside the document if that has the standard output. */
    public PrintWriter text(CommandLine command) {
        return replacesText() ? command.getErr() : command.getOut();
    }

    /** The file that was named, if one was. */
    Optional<Path> file() {
        return target.filter(name -> !name.equals(JsonReport.STANDARD_OUTPUT)).map(Path::of);
    }

    /**
     * Fails if the report that was asked for could not be written. Commands that take long ask first.
     *
     * @throws CommandError when it could not
     */
    void requireWritable() {
        target.ifPresent(JsonReport::requireWritable);
    }

    /**
     * Writes a report if one was asked for.
     *
     * @throws CommandError when it cannot be written
     */
    public void write(JsonReport report, PrintWriter standardOutput) {
        target.ifPresent(file -> report.write(file, standardOutput));
    }
}
