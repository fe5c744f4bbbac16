// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.stream.Stream;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.Trace;

/** What became of one program that a pool was given. Each program has exactly one. */
public sealed interface ProgramRun {
    Program program();

    /**
     * It ran in a guest that lived.
     *
     * @param splats titles of what the kernel complained of, seen again when the program ran alone on a fresh guest
     * @param left what its guest had left behind it when it ran alone; {@link Leftovers#NOTHING} when its batch left
     *     nothing
     */
    record Completed(Program program, Trace trace, List<String> splats, Leftovers left) implements ProgramRun {
        public Completed {
            requireNonNull(program, "program is null");
            requireNonNull(trace, "trace is null");
            requireNonNull(left, "left is null");
            splats = List.copyOf(splats);
        }
    }

    /**
     * It crashes the kernel, seen twice.
     *
     * @param title the same for the same crash on every run
     * @param consoleExtract the kernel's words
     * @param prefix programs that must run before it in the same guest; empty when it crashes a fresh one alone
     */
    record Crashed(Program program, String title, String consoleExtract, List<Program> prefix) implements ProgramRun {
        public Crashed {
            requireNonNull(program, "program is null");
            requireNonNull(title, "title is null");
            requireNonNull(consoleExtract, "consoleExtract is null");
            prefix = List.copyOf(prefix);
        }

        /** The title, and those of whatever else the kernel complained of while it went down. */
        public List<String> titles() {
            return Stream.concat(Stream.of(title), Console.splats(consoleExtract).stream())
                    .distinct()
                    .toList();
        }
    }

    /**
     * Its guest stops answering, seen twice.
     *
     * @param limitMs how long the host waited without a sign of life, ms
     * @param consoleExtract the end of the console
     * @param prefix programs that must run before it in the same guest; empty when a fresh one hangs
     */
    record Hung(Program program, long limitMs, String consoleExtract, List<Program> prefix) implements ProgramRun {
        public Hung {
            requireNonNull(program, "program is null");
            requireNonNull(consoleExtract, "consoleExtract is null");
            prefix = List.copyOf(prefix);
        }
    }

    /**
     * Nothing is known of it.
     *
     * @param reason why, for people
     */
    record Lost(Program program, String reason) implements ProgramRun {
        public Lost {
            requireNonNull(program, "program is null");
            requireNonNull(reason, "reason is null");
        }
    }
}
