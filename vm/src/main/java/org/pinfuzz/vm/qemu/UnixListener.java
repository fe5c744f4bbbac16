// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Waits for a QEMU to connect to a socket in its run directory. */
final class UnixListener implements AutoCloseable {
    private static final long LIFE_CHECK_MS = 50;

    private final Path path;
    private final ServerSocketChannel server;

    UnixListener(Path path) throws IOException {
        this.path = path;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    /** The connection; empty when the process ended or the deadline passed before there was one. */
    Optional<SocketChannel> accept(QemuProcess process, long deadlineNs) throws IOException {
        try (Selector selector = Selector.open()) {
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            while (true) {
                SocketChannel connection = server.accept();
                if (connection != null) {
                    return Optional.of(connection);
                }
                if (!process.alive() || System.nanoTime() - deadlineNs > 0) {
                    return Optional.empty();
                }
                selector.select(LIFE_CHECK_MS);
                selector.selectedKeys().clear();
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
    }
}
