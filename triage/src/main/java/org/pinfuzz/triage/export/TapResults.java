// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a test said of its cases, in the order of the cases; the format is that of the kernel's selftests (TAP 13). */
public final class TapResults {
    private static final Pattern RESULT = Pattern.compile("(not )?ok (\\d{1,6})\\b(.*)");

    private TapResults() {}

    /** The end of one case. */
    public enum Result {
        PASSED,
        FAILED,
        SKIPPED,
        /** The test ended before it. */
        MISSING
    }

    /**
     * Reads what a test printed.
     *
     * @param cases how many it has; what it says of others is passed over
     */
    public static List<Result> read(String output, int cases) {
        List<Result> results = new ArrayList<>(java.util.Collections.nCopies(cases, Result.MISSING));
        output.lines().forEach(line -> {
            Matcher found = RESULT.matcher(line);
            if (!found.matches()) {
                return;
            }
            int number = Integer.parseInt(found.group(2));
            if (number < 1 || number > cases) {
                return;
            }
            boolean skipped = found.group(3).toUpperCase(Locale.ROOT).contains("# SKIP");
            results.set(number - 1, skipped ? Result.SKIPPED : found.group(1) == null ? Result.PASSED : Result.FAILED);
        });
        return List.copyOf(results);
    }
}
