// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What a user reads after a command line that was not understood: what is wrong and how the command is written, so that
 * the message does not scroll away above a page of help. Commands that hold others list those.
 */
final class UsageErrorReport implements IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("pinfuzz: " + failure.getMessage());
        UnmatchedArgumentException.printSuggestions(failure, err);
        if (command.getSubcommands().isEmpty()) {
            err.print(command.getHelp().fullSynopsis());
        } else {
            command.usage(err);
        }
        err.println("More with " + command.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }
}
