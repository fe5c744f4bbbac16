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
        description = "Measures pinfuzz itself: ratios taken in one run, because machines differ and are noisy.",
        subcommands = {PipelineBenchCommand.class})
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "bench needs the name of a benchmark");
    }
}
