// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** A SHA-256 over named parts, used as the key of things in the cache. */
public final class Digest {
    /** Hex digits of a key: 64 bits are enough for the few things of one machine's cache. */
    private static final int KEY_DIGITS = 16;

    private final MessageDigest digest;

    public Digest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    public Digest add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return add(bytes);
    }

    /** Adds bytes with their length before them, so that parts cannot run into each other. */
    public Digest add(byte[] bytes) {
        digest.update(Integer.toString(bytes.length).getBytes(StandardCharsets.US_ASCII));
        digest.update((byte) ':');
        digest.update(bytes);
        return this;
    }

    /** Adds names and contents of files, in the order given. */
    public Digest addFiles(List<Path> files) throws IOException {
        for (Path file : files) {
            add(file.getFileName().toString());
            try (InputStream in = Files.newInputStream(file)) {
                add(in.readAllBytes());
            }
        }
        return this;
    }

    /** The key; nothing can be added afterwards. */
    public String key() {
        return HexFormat.of().formatHex(digest.digest()).substring(0, KEY_DIGITS);
    }
}
