// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The pieces of {@code pieces.c}, from which the prologue of a test is put together. */
final class Pieces {
    private static final String MARK = "//@ ";

    /** A piece: what it stands on, and its lines. */
    private record Piece(List<String> needs, String text) {}

    private final Map<String, Piece> pieces = new LinkedHashMap<>();

    Pieces() {
        try (InputStream stream = Pieces.class.getResourceAsStream("pieces.c")) {
            if (stream == null) {
                throw new IllegalStateException("pieces.c is not beside its class");
            }
            String[] parts = new String(stream.readAllBytes(), StandardCharsets.UTF_8).split("(?m)^" + MARK);
            for (int i = 1; i < parts.length; i++) {
                int end = parts[i].indexOf('\n');
                String[] head = parts[i].substring(0, end).split(":");
                List<String> needs = head.length > 1 && !head[1].isBlank()
                        ? List.of(head[1].strip().split(" "))
                        : List.of();
                pieces.put(
                        head[0].strip(),
                        new Piece(needs, parts[i].substring(end + 1).strip()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading pieces.c failed", e);
        }
    }

    /** The pieces of these names and what they stand on, in the order of the file. */
    String text(Collection<String> names) {
        Set<String> wanted = new LinkedHashSet<>();
        List<String> open = new ArrayList<>(names);
        while (!open.isEmpty()) {
            String name = open.remove(open.size() - 1);
            Piece piece = pieces.get(name);
            if (piece == null) {
                throw new IllegalArgumentException("there is no piece " + name);
            }
            if (wanted.add(name)) {
                open.addAll(piece.needs());
            }
        }
        StringBuilder text = new StringBuilder();
        pieces.forEach((name, piece) -> {
            if (wanted.contains(name)) {
                text.append(piece.text()).append("\n\n");
            }
        });
        return text.toString();
    }
}
