// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.program;

import java.util.List;

/** A text is not a program; the message lists every problem. */
public final class ProgramFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private static final int SHOWN_PROBLEMS = 20;

    public ProgramFormatException(String origin, List<String> problems) {
        super(message(origin, problems));
    }

    private static String message(String origin, List<String> problems) {
        StringBuilder text = new StringBuilder("reading a program from " + origin + " failed:");
        problems.stream()
                .limit(SHOWN_PROBLEMS)
                .forEach(problem -> text.append("\n  ").append(problem));
        if (problems.size() > SHOWN_PROBLEMS) {
            text.append("\n  and ").append(problems.size() - SHOWN_PROBLEMS).append(" more problems");
        }
        return text.toString();
    }
}
