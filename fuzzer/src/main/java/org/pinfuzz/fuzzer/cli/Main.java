// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static java.util.Objects.requireNonNullElse;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code pinfuzz} command: holds the subcommands, does nothing by itself. */
@Command(
        name = "pinfuzz",
        description = "Property-based fuzzer for the Linux system calls that pin, fork and migrate memory.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec;

    /** Runs the command line and ends the JVM with its exit code. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
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
