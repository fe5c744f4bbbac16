// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * A stream with a QEMU whose every wait has an end. What is sent goes out while the other direction is read: a guest
 * that writes results does not read meanwhile, and must not be able to block its host. Used by one thread, but for
 * {@link #close}.
 */
final class UnixChannel implements AutoCloseable {
    /** What {@link #receive} answers when the other end has closed. */
    static final int CLOSED = -1;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final Deque<ByteBuffer> outgoing = new ArrayDeque<>();

    UnixChannel(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        selector = Selector.open();
        key = channel.register(selector, SelectionKey.OP_READ);
    }

    /** Puts bytes behind those that wait to go out. */
    void send(ByteBuffer bytes) {
        outgoing.add(bytes);
        flush();
    }

    /**
     * Waits for bytes until the deadline.
     *
     * @param deadlineNs by {@link System#nanoTime}
     * @return how many came; 0 when none came in time, {@link #CLOSED} when none will come
     */
    int receive(ByteBuffer into, long deadlineNs) throws IOException {
        while (selector.isOpen()) {
            int count = read(into);
            if (count != 0) {
                return count;
            }
            long left = deadlineNs - System.nanoTime();
            if (left <= 0) {
                return 0;
            }
            key.interestOps(outgoing.isEmpty() ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
            selector.selectedKeys().clear();
            flush();
        }
        return CLOSED;
    }

    private int read(ByteBuffer into) {
        try {
            return channel.read(into);
        } catch (IOException e) {
            // A killed QEMU resets the connection: nothing more will come.
            return CLOSED;
        }
    }

    private void flush() {
        while (!outgoing.isEmpty()) {
            ByteBuffer first = outgoing.peek();
            try {
                channel.write(first);
            } catch (IOException e) {
                // The other end is gone; the next read says so.
                outgoing.clear();
                return;
            }
            if (first.hasRemaining()) {
                return;
            }
            outgoing.remove();
        }
    }

    @Override
    public void close() {
        try (selector;
                channel) {
            selector.wakeup();
        } catch (IOException e) {
            throw new UncheckedIOException("closing a socket failed", e);
        }
    }
}
