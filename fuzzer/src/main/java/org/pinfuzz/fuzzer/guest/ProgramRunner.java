// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.Oracle;

/** Runs programs and judges them, many at a time: what a campaign needs beside what triage asks of an {@link Oracle}. */
public interface ProgramRunner extends Oracle {
    /** Runs each program once; the answers stand in the order of the programs. */
    CompletableFuture<List<Run>> submit(List<Program> programs);
}
