// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.corpus;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.pinfuzz.generators.failure.InputFile;

/**
 * A directory in which files and whole directories appear at once or not at all: they are written under a temporary name,
 * flushed to the disk, and renamed. All writers, also of other processes, hold the directory's lock, so whatever has a
 * temporary name while the lock is free was left by a process that died; it is swept when the store is opened.
 */
final class StoreDirectory {
    private static final String TEMPORARY_PREFIX = ".new-";
    private static final String LOCK = ".lock";
    private static final int LOCK_TRIES = 1000;
    private static final long LOCK_PAUSE_MS = 10;

    private final Path directory;

    /** Opens a directory, creates it where it does not exist, and sweeps what killed processes left. */
    StoreDirectory(Path directory) {
        this.directory = requireNonNull(directory, "directory is null");
        attempt("opening the store " + directory, () -> Files.createDirectories(directory));
        locked(() -> {
            for (Path leftover : children(TEMPORARY_PREFIX)) {
                attempt("sweeping " + leftover, () -> delete(leftover));
            }
            return true;
        });
    }

    Path path(String name) {
        return directory.resolve(name);
    }

    /** Names of what is there, without temporary ones, in order. */
    List<String> names() {
        return children("").stream()
                .map(path -> path.getFileName().toString())
                .filter(name -> !name.startsWith("."))
                .sorted()
                .toList();
    }

    private List<Path> children(String prefix) {
        return attempt("listing " + directory, () -> {
            try (Stream<Path> files = Files.list(directory)) {
                return files.filter(path -> path.getFileName().toString().startsWith(prefix))
                        .toList();
            }
        });
    }

    /** Does something while no other process or thread writes here. */
    <T> T locked(Supplier<T> work) {
        return attempt("locking " + path(LOCK), () -> {
            try (FileChannel channel =
                            FileChannel.open(path(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = lock(channel)) {
                requireNonNull(lock, "lock is null");
                return work.get();
            }
        });
    }

    /** Another store of this process on the same directory makes lock() throw instead of wait. */
    private FileLock lock(FileChannel channel) throws IOException {
        for (int i = 0; i < LOCK_TRIES; i++) {
            try {
                return channel.lock();
            } catch (OverlappingFileLockException e) {
                try {
                    Thread.sleep(LOCK_PAUSE_MS);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted while waiting for the lock", interrupted);
                }
            }
        }
        throw new IOException("another thread held the lock for " + LOCK_TRIES * LOCK_PAUSE_MS + " ms");
    }

    String read(String name) {
        return attempt("reading " + path(name), () -> InputFile.read(path(name)));
    }

    /** Writes a file or replaces it. To be called under the lock. */
    void writeFile(String name, String text) {
        Path temporary = path(TEMPORARY_PREFIX + name.replace('/', '-'));
        attempt("writing " + path(name), () -> {
            write(temporary, text);
            Files.move(temporary, path(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            flush(path(name).getParent());
            return true;
        });
    }

    /** Writes a directory with files that does not exist yet. To be called under the lock. */
    void writeDirectory(String name, Map<String, String> files) {
        Path temporary = path(TEMPORARY_PREFIX + name);
        attempt("writing " + path(name), () -> {
            Files.createDirectory(temporary);
            for (Map.Entry<String, String> file : files.entrySet()) {
                write(temporary.resolve(file.getKey()), file.getValue());
            }
            flush(temporary);
            Files.move(temporary, path(name), StandardCopyOption.ATOMIC_MOVE);
            flush(directory);
            return true;
        });
    }

    private static void write(Path file, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** A rename is on the disk once its directory is. */
    private static void flush(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Path delete(Path tree) throws IOException {
        return Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Something that reads or writes files. */
    @FunctionalInterface
    private interface FileWork<T> {
        T run() throws IOException;
    }

    private static <T> T attempt(String what, FileWork<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw new StoreException(what + " failed", e);
        }
    }
}
