// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static java.util.Objects.requireNonNullElse;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code pinfuzz} command: holds the subcommands, does nothing by itself. */
@Command(
        name = "pinfuzz",
        description = "Property-based fuzzer for the Linux system calls that pin, fork and migrate memory.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        scope = ScopeType.INHERIT,
        subcommands = {
            FuzzCommand.class,
            ReplayCommand.class,
            MatrixCommand.class,
            RegressCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            MinimizeCommand.class,
            BenchCommand.class,
            DoctorCommand.class,
            KernelsCommand.class,
            CorpusCommand.class
        })
public final class Main implements Runnable {

    private static final int HELP_COLUMNS = 100;

    @Spec
    private CommandSpec spec;

    /** Runs the command line and ends the JVM with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command line with what it prints when a command fails. */
    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler(new ErrorReport())
                .setParameterExceptionHandler(new UsageErrorReport())
                .setUsageHelpWidth(HELP_COLUMNS);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "pinfuzz needs a command");
    }

    /** The version that the build wrote into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"pinfuzz " + requireNonNullElse(version, "(not run from its jar)")};
        }
    }
}
