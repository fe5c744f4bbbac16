// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.pinfuzz.generators.failure.FileFailure;

/** Candidates that did not show the violation, by their digests: whoever asks again would hear the same. */
interface Passed {
    boolean contains(String digest);

    void add(String digest);

    /** Known for as long as one shrink lasts. */
    final class InMemory implements Passed {
        private final Set<String> digests = new HashSet<>();

        @Override
        public boolean contains(String digest) {
            return digests.contains(digest);
        }

        @Override
        public void add(String digest) {
            digests.add(digest);
        }
    }

    /**
     * Known also to whoever goes on with an interrupted shrink. The file's first line says what the digests below it are
     * of; a file of something else is begun anew, and a last line that was cut off is passed over.
     */
    final class InFile implements Passed {
        private static final String FORMAT = "pinfuzz-passed 1 ";
        private static final String DIGEST = "[0-9a-f]{64}";
        /** A digest and a line's end for each call of some twenty long shrinks. */
        private static final long MAX_BYTES = 32L << 20;

        private final Path file;
        private final Set<String> digests = new HashSet<>();

        /**
         * @param file is made if it is not there
         * @param subject what is asked of the candidates, and where
         * @throws IOException when it can be neither read nor written
         */
        InFile(Path file, String subject) throws IOException {
            this.file = requireNonNull(file, "file is null");
            String first = FORMAT + requireNonNull(subject, "subject is null").replaceAll("\\s+", " ");
            List<String> lines = Files.exists(file) && Files.size(file) <= MAX_BYTES
                    ? Files.readAllLines(file, StandardCharsets.ISO_8859_1)
                    : List.of();
            if (lines.isEmpty() || !lines.get(0).equals(first)) {
                Files.writeString(file, first + "\n", StandardCharsets.ISO_8859_1);
            } else {
                lines.stream().skip(1).filter(line -> line.matches(DIGEST)).forEach(digests::add);
            }
        }

        @Override
        public boolean contains(String digest) {
            return digests.contains(digest);
        }

        @Override
        public void add(String digest) {
            if (!digests.add(digest)) {
                return;
            }
            try {
                Files.writeString(file, "\n" + digest, StandardCharsets.ISO_8859_1, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new MinimizeException(
                        "keeping what is decided in " + file + " failed: " + FileFailure.reason(e)
                                + "; make room there, or minimize without --resume",
                        e);
            }
        }
    }
}
