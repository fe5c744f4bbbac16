// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

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
        FileChannel channel = FileChannel.open(
                directory.resolve("." + name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
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
