// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A lock on a name in a directory, held by at most one thread of one process of this machine. It ends with its process
 * however that ends.
 */
public final class DirectoryLock implements AutoCloseable {
    private static final long RETRY_MS = 50;

    private final FileChannel channel;
    private final FileLock lock;

    private DirectoryLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /** Waits until the lock {@code name} in {@code directory} is free, and takes it. */
    public static DirectoryLock acquire(Path directory, String name) throws IOException, InterruptedException {
        FileChannel channel = open(directory, name);
        try {
            while (true) {
                try {
                    FileLock lock = channel.tryLock();
                    if (lock != null) {
                        return new DirectoryLock(channel, lock);
                    }
                } catch (OverlappingFileLockException e) {
                    // Another thread of this process holds it; Java does not wait for those.
                    Thread.onSpinWait();
                }
                Thread.sleep(RETRY_MS);
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Takes the lock {@code name} in {@code directory} if it is free. */
    public static Optional<DirectoryLock> tryAcquire(Path directory, String name) throws IOException {
        FileChannel channel = open(directory, name);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(new DirectoryLock(channel, lock));
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            return Optional.empty();
        }
        channel.close();
        return Optional.empty();
    }

    private static FileChannel open(Path directory, String name) throws IOException {
        return FileChannel.open(
                directory.resolve("." + name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** Fails when the lock was lost, which a program error alone can bring about. */
    public void requireHeld() {
        if (!lock.isValid()) {
            throw new IllegalStateException("the lock was closed while it was needed");
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
