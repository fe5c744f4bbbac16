// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option {@code --out DIR}: the directory of a campaign, with its corpus and its findings. */
public final class CampaignDirectoryOption {
    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "pinfuzz-out",
            description = "The campaign's directory: DIR/corpus holds programs, DIR/findings what was found."
                    + " Default: ${DEFAULT-VALUE}.")
    private Path directory = Path.of("pinfuzz-out");

    public Path directory() {
        return directory;
    }

    /** Where the programs are. */
    public Path corpus() {
        return directory.resolve("corpus");
    }

    /** Where the findings are. */
    public Path findings() {
        return directory.resolve("findings");
    }
}
