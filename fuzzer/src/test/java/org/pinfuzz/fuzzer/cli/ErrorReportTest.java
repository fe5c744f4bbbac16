// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.pinfuzz.corpus.StoreException;
import org.pinfuzz.generators.program.ProgramFormatException;
import org.pinfuzz.vm.VmException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

final class ErrorReportTest {
    @Test
    void whatWasForeseenIsShownAlone() {
        assertThat(shown(new CommandError("doing this failed: that"))).isEqualTo("pinfuzz: doing this failed: that\n");
        assertThat(shown(new VmException("booting failed"))).isEqualTo("pinfuzz: booting failed\n");
        assertThat(shown(new StoreException("writing failed"))).isEqualTo("pinfuzz: writing failed\n");
    }

    @Test
    void allProblemsOfAProgramAreShown() {
        assertThat(shown(new ProgramFormatException("p.json", List.of("this", "that"))))
                .isEqualTo("pinfuzz: reading a program from p.json failed:\n  this\n  that\n");
    }

    @Test
    void aFileThatIsNotThereIsSaidToBeNotThere() {
        assertThat(shown(new UncheckedIOException(new NoSuchFileException("p.json"))))
                .isEqualTo("pinfuzz: a file could not be read or written: p.json is not there\n");
    }

    @Test
    void whatWasNotForeseenIsOneLineAndAStackTraceInAFile() throws IOException {
        String text = shown(new IllegalStateException("never"));
        assertThat(text.lines()).hasSize(2);
        assertThat(text).contains("IllegalStateException: never").doesNotContain("\tat ");
        Matcher file = Pattern.compile("the stack trace is in (\\S+)").matcher(text);
        assertThat(file.find()).isTrue();
        Path trace = Path.of(file.group(1));
        assertThat(trace).content().contains("never").contains("\tat ");
        Files.delete(trace);
    }

    /** Runs a command that fails so, and answers what is printed. */
    private static String shown(Exception failure) {
        StringWriter err = new StringWriter();
        int status = new CommandLine(new Failing(failure))
                .setExecutionExceptionHandler(new ErrorReport())
                .setErr(new PrintWriter(err, true))
                .execute();
        assertThat(status).isEqualTo(1);
        return err.toString();
    }

    @Command(name = "failing")
    private record Failing(Exception failure) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            throw failure;
        }
    }
}
