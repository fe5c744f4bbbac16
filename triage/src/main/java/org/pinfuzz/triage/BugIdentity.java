// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

/**
 * The name of a bug: the invariant and a digest of what is essential in the shrunk program, so the same bug has the same
 * name on every machine. See docs/formats/finding.md; a change there is a new version.
 */
public final class BugIdentity {
    private static final int VERSION = 1;
    private static final int DIGITS = 8;

    private BugIdentity() {}

    /** The id of a violation that a shrunk program shows, for example {@code LT-ZONE-3f9a1c2b}. */
    public static String of(Violation violation, Program shrunk) {
        Target target = Target.of(violation);
        StringBuilder text = new StringBuilder("pinfuzz-identity " + VERSION + "\n");
        text.append(violation.invariant()).append('\n');
        if (!target.title().isEmpty()) {
            text.append(target.title()).append('\n');
        }
        if (target.title().isEmpty() || target.title().equals(Oracle.HANG)) {
            shrunk.canonical().steps().forEach(step -> append(text, step));
        }
        return violation.invariant() + "-" + digest(text.toString()).substring(0, DIGITS);
    }

    /** Operation, handles and constants; counts are not what makes a bug another. */
    private static void append(StringBuilder text, Step step) {
        text.append('t').append(step.task()).append(' ').append(step.operation().name());
        for (int i = 0; i < step.arguments().size(); i++) {
            Parameter parameter = step.operation().parameters().get(i);
            if (!(parameter instanceof Parameter.Count)) {
                text.append(' ').append(parameter.name()).append('=').append(step.valueText(i));
            }
        }
        text.append('\n');
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
