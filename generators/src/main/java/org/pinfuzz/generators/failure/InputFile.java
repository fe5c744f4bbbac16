// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.failure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Reads files that come from users, of which nothing is known: they may be endless, or no text. */
public final class InputFile {
    /** Twice the trace of the longest program with all its pages; as JSON it fits into the smallest heaps. */
    public static final int MAX_BYTES = 4 << 20;

    private InputFile() {}

    /**
     * The files of a directory whose names end so, in the order of their names.
     *
     * @throws IOException if there is no such directory, or it cannot be read
     */
    public static List<Path> list(Path directory, String suffix) throws IOException {
        try (Stream<Path> listed = Files.list(directory)) {
            return listed.filter(file -> file.getFileName().toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    /**
     * The whole text of a file.
     *
     * @throws IOException if it cannot be read, is no UTF-8, or is longer than {@link #MAX_BYTES}
     */
    public static String read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("it is a directory");
        }
        try (InputStream in = Files.newInputStream(file)) {
            // Not by its size: a pipe has none, and a file may grow.
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException("it is longer than " + (MAX_BYTES >> 20) + " MiB, which no file of pinfuzz is");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        }
    }
}
