// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Holds the benchmarks. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Measures pinfuzz itself: what its pipeline costs, and how soon it finds what is known to be broken.",
        subcommands = {
            PipelineBenchCommand.class,
            ShrinkBenchCommand.class,
            LadderBenchCommand.class,
            AlphabetBenchCommand.class
        })
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "bench needs the name of a benchmark");
    }
}
