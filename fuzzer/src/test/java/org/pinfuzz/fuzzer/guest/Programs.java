// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import java.util.ArrayList;
import java.util.List;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;

/** Programs written by hand, one step a line, in the words of {@code ./pinfuzz replay}. */
public final class Programs {
    private Programs() {}

    /** Reads lines like {@code t0: mmap region=r0 pages=1 sharing=private protection=read-write}. */
    public static Program of(String... lines) {
        List<String> steps = new ArrayList<>();
        for (String line : lines) {
            String[] words = line.split("[: ]+");
            StringBuilder step =
                    new StringBuilder("{\"lane\":0,\"task\":\"" + words[0] + "\",\"operation\":\"" + words[1] + '"');
            for (int i = 2; i < words.length; i++) {
                String[] pair = words[i].split("=");
                boolean number = pair[0].equals("first") || pair[0].equals("pages");
                step.append(",\"").append(pair[0]).append("\":").append(number ? pair[1] : '"' + pair[1] + '"');
            }
            steps.add(step.append('}').toString());
        }
        return Operations.JSON.read(
                "{\"format\":\"pinfuzz-program\",\"version\":1,\"steps\":[" + String.join(",", steps) + "]}", "a test");
    }
}
