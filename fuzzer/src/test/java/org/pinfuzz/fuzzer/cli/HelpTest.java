// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

final class HelpTest {
    private static final Path HOME = Path.of(System.getProperty("pinfuzz.home"));

    static Stream<String> commands() {
        return subcommands(Main.commandLine())
                .map(command -> command.getCommandSpec().qualifiedName().substring("pinfuzz ".length()));
    }

    private static Stream<CommandLine> subcommands(CommandLine command) {
        return command.getSubcommands().values().stream()
                .flatMap(child -> Stream.concat(Stream.of(child), subcommands(child)));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandDescribesItself(String command) {
        CommandLineRun run = CommandLineRun.of((command + " --help").split(" "));
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("Usage: pinfuzz " + command).doesNotContain("Property-based fuzzer for");
        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyPageThatACommandNamesIsThere(String command) {
        CommandLineRun run = CommandLineRun.of((command + " --help").split(" "));
        // Long lines are broken at blanks alone, so a page's name stays whole.
        Pattern.compile("docs/[A-Za-z0-9/._-]*[A-Za-z0-9]")
                .matcher(run.out())
                .results()
                .forEach(page -> assertThat(HOME.resolve(page.group())).isRegularFile());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandRefusesAnOptionThatItDoesNotHave(String command) {
        CommandLineRun run = CommandLineRun.of((command + " --no-such-option name").split(" "));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err().lines().findFirst().orElseThrow()).contains("--no-such-option");
        assertThat(run.err()).contains("pinfuzz " + command + " --help");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aCommandThatDoesNotExistIsNamed() {
        CommandLineRun run = CommandLineRun.of("fuz");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("fuz");
    }
}
