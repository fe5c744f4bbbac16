// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/**
 * One run of the command line within this process.
 *
 * @param status its exit code
 */
record CommandLineRun(int status, String out, String err) {
    static CommandLineRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int status = commandLine.execute(arguments);
        return new CommandLineRun(status, out.toString(), err.toString());
    }
}
