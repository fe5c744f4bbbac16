// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;
import org.pinfuzz.generators.failure.FileFailure;

/**
 * Directories of the cache that are there whole or not at all. Two threads or two processes that want the same one
 * make it once: the second waits for the first.
 */
public final class CachedDirectory {
    private CachedDirectory() {}

    /** Fills a directory that nobody else sees yet. */
    @FunctionalInterface
    public interface Filler {
        void fill(Path directory) throws IOException, InterruptedException;
    }

    /**
     * The directory {@code target}; made by {@code filler} when it is not there yet.
     *
     * @throws VmException when it cannot be made; nothing of it stays behind
     */
    public static Path obtain(Path target, Filler filler) {
        if (Files.isDirectory(target)) {
            return target;
        }
        try {
            Files.createDirectories(target.getParent());
            try (DirectoryLock lock = DirectoryLock.acquire(
                    target.getParent(), target.getFileName().toString())) {
                lock.requireHeld();
                if (!Files.isDirectory(target)) {
                    make(target, filler);
                }
            }
            return target;
        } catch (IOException e) {
            throw new VmException(
                    "making " + target + " failed: " + FileFailure.reason(e)
                            + "; check that the disk is not full and the cache is writable",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException("making " + target + " was interrupted; run it again", e);
        }
    }

    private static void make(Path target, Filler filler) throws IOException, InterruptedException {
        // The name is free for us: we hold the lock, so a leftover is of a process that died.
        Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
        deleteTree(partial);
        Files.createDirectory(partial);
        try {
            filler.fill(partial);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            deleteTree(partial);
        }
    }

    /** Deletes a file or directory with all that is in it; one that is not there is fine. */
    public static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            paths.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.deleteIfExists(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
