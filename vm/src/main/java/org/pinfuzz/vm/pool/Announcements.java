// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads which program a guest says it is running; the form is in {@code docs/formats/wire.md}. The guest wrote the file,
 * so anything may be in it.
 */
final class Announcements {
    private static final int BATCH_BEGINS = 0xffffffff;

    private final Path file;

    Announcements(Path file) {
        this.file = file;
    }

    /**
     * A program that began.
     *
     * @param batch which batch of the guest's life, from 1
     * @param program its index in that batch
     */
    record Announced(int batch, int program) {}

    /** How much was announced; it grows while a guest makes progress. */
    long bytes() {
        return file.toFile().length();
    }

    /** The last program that began; empty when the last batch has begun none yet, or what is there makes no sense. */
    Optional<Announced> last() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        // Four bytes a program: a guest is replaced long before this becomes large.
        ByteBuffer words = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int batch = 0;
        int program = BATCH_BEGINS;
        while (words.remaining() >= Integer.BYTES) {
            program = words.getInt();
            if (program == BATCH_BEGINS) {
                batch++;
            }
        }
        return batch == 0 || program < 0 ? Optional.empty() : Optional.of(new Announced(batch, program));
    }
}
