// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pinfuzz.corpus.StoreException;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.program.ProgramFormatException;
import org.pinfuzz.generators.trace.TraceFormatException;
import org.pinfuzz.vm.VmException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * What a user reads when a command could not be done: the message, if the failure was foreseen; else one line, and
 * where the stack trace is.
 */
final class ErrorReport implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        err.println("pinfuzz: " + message(failure));
        err.flush();
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    private static String message(Exception failure) {
        if (failure instanceof CommandError
                || failure instanceof VmException
                || failure instanceof StoreException
                || failure instanceof ProgramFormatException
                || failure instanceof TraceFormatException) {
            return String.valueOf(failure.getMessage());
        }
        if (failure instanceof UncheckedIOException unchecked) {
            return "a file could not be read or written: " + FileFailure.reason(unchecked.getCause());
        }
        if (failure instanceof InterruptedException) {
            return "interrupted; what was not finished was not kept, run it again";
        }
        return "an error that was not foreseen, please report it: " + failure + "\n  " + keepStackTrace(failure);
    }

    private static String keepStackTrace(Exception failure) {
        try {
            Path file = Files.createTempFile("pinfuzz-", ".stacktrace");
            try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file))) {
                failure.printStackTrace(out);
            }
            return "the stack trace is in " + file;
        } catch (IOException e) {
            return "the stack trace could not be written: " + FileFailure.reason(e);
        }
    }
}
