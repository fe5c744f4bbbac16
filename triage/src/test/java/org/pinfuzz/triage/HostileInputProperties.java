// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.pinfuzz.corpus.CorpusStore;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.corpus.SeedDirectory;
import org.pinfuzz.corpus.StoreException;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.ProgramFormatException;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.simulated.SimulatedKernel;
import org.pinfuzz.generators.trace.TraceFormatException;
import org.pinfuzz.generators.trace.TraceJson;
import org.pinfuzz.triage.syz.SyzReader;
import org.pinfuzz.triage.syz.SyzWriter;

/** Whatever is in a file that a user hands over, its reader answers with what it says or with one clear error. */
class HostileInputProperties {
    private static final int FILES = 100_000;
    private static final int FILES_A_TRY = 100;
    private static final String SPLINTERS = "{}[]\",:0129-e.tkrfx\\u \n\0\ud800é()&='@<>/+";
    /** What breaks readers that trust: sizes, depths, other types, other versions. */
    private static final List<String> HOSTILE = List.of(
            "99999999999999999999",
            "-1",
            "1e999999999",
            "null",
            "[]",
            "{}",
            "\"\"",
            "\"../../x\"",
            "true",
            "[".repeat(3000),
            "{\"a\":".repeat(3000),
            "\"" + "a".repeat(5000) + "\"",
            "9".repeat(2000),
            "\\ud800",
            "%s%n",
            "0x10000000000000000");

    private static final Program PROGRAM = new Program(List.of(
            Step.of(0, Operations.MMAP, 0, 2, 0, 0),
            Step.of(0, Operations.FORK, 1),
            Step.of(0, Operations.URING_PIN, 0, 0, 2, 0),
            Step.of(0, Operations.WRITE, 0, 0, 2),
            Step.of(1, Operations.EXIT)));

    /** A reader and a file that it takes. */
    private record Format(String valid, Reader reader) {}

    /** Reads a text, or throws. */
    @FunctionalInterface
    private interface Reader {
        void read(String text);
    }

    private static final Map<String, Format> FORMATS = formats();

    private static Map<String, Format> formats() {
        String program = Operations.JSON.write(PROGRAM);
        Map<String, Format> formats = new TreeMap<>();
        formats.put("program", new Format(program, text -> Operations.JSON.read(text, "a test")));
        formats.put(
                "trace",
                new Format(
                        TraceJson.write(new SimulatedKernel(java.util.Set.of()).run(PROGRAM)),
                        text -> TraceJson.read(text, "a test")));
        formats.put(
                "finding",
                new Format(
                        "{\"format\":\"pinfuzz-finding\",\"version\":1,\"id\":\"LT-ZONE-3f9a1c2b\",\"invariant\":\"LT-ZONE\","
                                + "\"label\":\"VIOLATION\",\"operations\":2,\"hits\":5,\"runs\":5,\"sightings\":1,"
                                + "\"kernel_release\":\"6.1.0\",\"profile\":\"movable\",\"other_violations\":[\"VALUES\"],"
                                + "\"seed\":42,\"index\":7}",
                        text -> FindingStore.parse(text, "a test")));
        formats.put(
                "environment",
                new Format(
                        new Environment("6.1.0", "movable", List.of("--kernel", "debian-6.1"), Map.of("qemu", "8.2"))
                                .toJson(),
                        Environment::replayOptions));
        formats.put(
                "seed",
                new Format(
                        "{\"format\":\"pinfuzz-seed\",\"version\":1,\"sentence\":\"It"
                                + " holds.\",\"expect\":{\"debian-6.1\":"
                                + "[\"LT-ZONE\"]},\"profile\":\"cma\",\"race\":true,\"program\":" + program + "}",
                        text -> SeedDirectory.parse(text, "a test", "seed", Operations.JSON)));
        formats.put(
                "corpus entry",
                new Format(
                        "{\"format\":\"pinfuzz-corpus-entry\",\"version\":1,\"program\":" + program
                                + ",\"seed\":42,\"index\":7,\"profile\":\"movable\",\"parents\":[\"00\"],\"signal\":[\"9a1c\"]}",
                        text -> CorpusStore.parse(text, "a test", Operations.JSON)));
        formats.put("syzkaller", new Format(SyzWriter.write(PROGRAM).text(), text -> SyzReader.read(text, "a test")));
        return formats;
    }

    @Example
    void everyReaderTakesItsOwnFile() {
        FORMATS.values().forEach(format -> format.reader().read(format.valid()));
    }

    @Example
    void aFileOfTheFutureIsRefusedWithItsVersion() {
        FORMATS.forEach((name, format) -> {
            if (!name.equals("syzkaller")) {
                String text = format.valid().replaceFirst("\"version\"\\s*:\\s*1", "\"version\":2");
                assertThat(refusal(name, text))
                        .as(name)
                        .get()
                        .asString()
                        .contains("2")
                        .contains("version");
            }
        });
    }

    @Property(tries = FILES / FILES_A_TRY, shrinking = ShrinkingMode.OFF)
    void aMutatedFileIsReadOrRefusedWithOneClearError(@ForAll long seed) {
        Random random = new Random(seed);
        List<String> names = List.copyOf(FORMATS.keySet());
        for (int i = 0; i < FILES_A_TRY; i++) {
            String name = names.get(i % names.size());
            String text = mutated(FORMATS.get(name).valid(), random);
            refusal(name, text)
                    .ifPresent(message -> assertThat(message)
                            .as("the error of a %s", name)
                            .isNotBlank()
                            .doesNotContain(
                                    "Exception",
                                    "null pointer",
                                    "com.fasterxml",
                                    "start marker",
                                    "Feature",
                                    "Constraints")
                            .hasSizeLessThan(4000));
        }
    }

    /** What a user would read, if the file is refused; the test fails if it is refused in any other way. */
    private static Optional<String> refusal(String name, String text) {
        try {
            FORMATS.get(name).reader().read(text);
            return Optional.empty();
        } catch (ProgramFormatException | TraceFormatException | StoreException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            // The reader of environments leaves the file's name to its caller, and nothing else may throw this.
            return name.equals("environment")
                    ? Optional.of(String.valueOf(e.getMessage()))
                    : fail(name + ": " + text, e);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return fail("a " + name + " was refused as something else: " + text, e);
        }
    }

    private static String mutated(String valid, Random random) {
        StringBuilder text = new StringBuilder(valid);
        for (int bites = 1 + random.nextInt(4); bites > 0 && text.length() > 0; bites--) {
            int from = random.nextInt(text.length());
            int to = Math.min(text.length(), from + 1 + random.nextInt(12));
            switch (random.nextInt(7)) {
                case 0 -> text.delete(from, to);
                case 1 -> text.insert(from, text.substring(from, to));
                case 2 -> text.insert(from, HOSTILE.get(random.nextInt(HOSTILE.size())));
                case 3 -> replaceValue(text, from, HOSTILE.get(random.nextInt(HOSTILE.size())));
                case 4 -> text.setLength(random.nextInt(3) == 0 ? from : text.length());
                case 5 -> text.append(text.substring(from, to));
                default -> text.setCharAt(from, SPLINTERS.charAt(random.nextInt(SPLINTERS.length())));
            }
        }
        return text.toString();
    }

    /** What stands after the next colon or parenthesis, up to the end of the value. */
    private static void replaceValue(StringBuilder text, int from, String value) {
        int start = from;
        while (start < text.length() && ":(".indexOf(text.charAt(start)) < 0) {
            start++;
        }
        int end = Math.min(start + 1, text.length());
        while (end < text.length() && ",}])\n".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        text.replace(Math.min(start + 1, end), end, value);
    }
}
