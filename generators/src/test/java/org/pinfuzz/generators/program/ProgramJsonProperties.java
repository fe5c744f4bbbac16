// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.pinfuzz.generators.operation.Operations.JSON;

import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.pinfuzz.generators.draw.ProgramArbitrary;

class ProgramJsonProperties {
    private static final String SPLINTERS = "{}[]\",:0129-e.tkrfx\\u \n\0\ud800é";

    @Provide
    Arbitrary<Program> programs() {
        return ProgramArbitrary.ofAll(Program.MAX_STEPS);
    }

    @Property(tries = 500)
    void programsSurviveTheirJsonAndEqualProgramsHaveEqualTexts(@ForAll("programs") Program program) {
        String text = JSON.write(program);
        Program back = JSON.read(text, "a test");

        assertThat(back).isEqualTo(program);
        assertThat(JSON.write(back)).isEqualTo(text);
        assertThat(JSON.read(JSON.writePretty(program), "a test")).isEqualTo(program);
    }

    @Property(tries = 500)
    void theDigestIsThatOfTheCanonicalNumbering(@ForAll("programs") Program program) {
        assertThat(JSON.digest(program)).hasSize(64).isEqualTo(JSON.digest(program.canonical()));
    }

    @Property(tries = 3000)
    void aDamagedTextIsAProgramOrRefusedAsNone(@ForAll("programs") Program program, @ForAll long seed) {
        String text = damaged(JSON.write(program), new Random(seed));
        try {
            Program read = JSON.read(text, "a test");
            assertThat(JSON.read(JSON.write(read), "a test")).isEqualTo(read);
        } catch (ProgramFormatException e) {
            assertThat(e).hasMessageStartingWith("reading a program from a test failed:\n");
        } catch (RuntimeException e) {
            fail("refused as something else: " + text, e);
        }
    }

    /** The text after one to four bites: deleted, doubled, replaced or cut off. */
    private static String damaged(String text, Random random) {
        StringBuilder damaged = new StringBuilder(text);
        for (int bites = 1 + random.nextInt(4); bites > 0 && damaged.length() > 0; bites--) {
            int from = random.nextInt(damaged.length());
            int to = Math.min(damaged.length(), from + 1 + random.nextInt(8));
            switch (random.nextInt(5)) {
                case 0 -> damaged.delete(from, to);
                case 1 -> damaged.insert(from, damaged.substring(from, to));
                case 2 -> damaged.insert(to, "9".repeat(random.nextInt(1200)));
                case 3 -> damaged.setLength(random.nextInt(4) == 0 ? from : damaged.length());
                default -> damaged.setCharAt(from, SPLINTERS.charAt(random.nextInt(SPLINTERS.length())));
            }
        }
        return damaged.toString();
    }
}
