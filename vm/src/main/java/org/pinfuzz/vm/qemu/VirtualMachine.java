// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.pinfuzz.vm.CachedDirectory;
import org.pinfuzz.vm.wire.Frame;
import org.pinfuzz.vm.wire.FrameException;
import org.pinfuzz.vm.wire.FrameReader;
import org.pinfuzz.vm.wire.FrameType;

/**
 * A running guest: its QEMU, its monitor, the port that frames go through, and the files of its consoles. Used by one
 * thread; {@link #kill} may come from any.
 */
public final class VirtualMachine implements AutoCloseable {
    /** The console says what goes wrong in the kernel; a guest that writes more than this is not sane. */
    private static final long MAX_FILE_BYTES = 64L << 20;

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);
    private static final Duration RESTORE_LIMIT = Duration.ofSeconds(60);
    private static final Duration QUIT_LIMIT = Duration.ofMillis(500);
    private static final long RESTORE_POLL_MS = 2;
    private static final Set<String> UNDER_WAY = Set.of("setup", "active", "device");
    private static final int COPY_BYTES = 1 << 20;
    private static final int MAX_LOG_CHARACTERS = 2000;

    private final Path directory;
    private final QemuProcess process;
    private final UnixChannel port;
    private final Qmp monitor;
    private final FrameReader reader = new FrameReader(FrameType.Direction.TO_HOST);

    private VirtualMachine(Path directory, QemuProcess process, UnixChannel port, Qmp monitor) {
        this.directory = directory;
        this.process = process;
        this.port = port;
        this.monitor = monitor;
    }

    /** What came from a guest, or that nothing did. */
    public sealed interface Reception {
        /** A whole frame. */
        record Received(Frame frame) implements Reception {}

        /** No frame came before the deadline. */
        record Nothing() implements Reception {}

        /** The port is closed: QEMU has ended, or is about to. */
        record Closed() implements Reception {}
    }

    /** Starts a guest that boots. It says HELLO when it is ready. */
    public static VirtualMachine boot(QemuCommand command, RunDirectories directories)
            throws IOException, InterruptedException {
        return start(command.arguments(), QemuProcess.nothing(), directories);
    }

    /** Starts a guest that goes on from a state that {@link #save} wrote. It does not say HELLO again. */
    public static VirtualMachine restore(QemuCommand command, Path state, RunDirectories directories)
            throws IOException, InterruptedException {
        VirtualMachine machine = start(command.restoring(directories.qemu()), state, directories);
        try {
            long deadlineNs = System.nanoTime() + RESTORE_LIMIT.toNanos();
            while (machine.status().equals("inmigrate")) {
                if (System.nanoTime() - deadlineNs > 0) {
                    throw new IOException("a guest was not restored within " + RESTORE_LIMIT.toSeconds() + " s");
                }
                Thread.sleep(RESTORE_POLL_MS);
            }
            machine.monitor.execute("cont");
            return machine;
        } catch (IOException | InterruptedException | RuntimeException e) {
            machine.kill();
            String log = machine.log();
            machine.close();
            if (e instanceof IOException) {
                throw new IOException("restoring a guest from " + state + " failed: " + e.getMessage() + log, e);
            }
            throw e;
        }
    }

    private static VirtualMachine start(List<String> arguments, Path input, RunDirectories directories)
            throws IOException, InterruptedException {
        requireNonNull(input, "input is null");
        Path directory = directories.create();
        Optional<QemuProcess> started = Optional.empty();
        List<UnixChannel> channels = new ArrayList<>();
        try (UnixListener portListener = new UnixListener(directory.resolve(QemuCommand.PORT_SOCKET));
                UnixListener monitorListener = new UnixListener(directory.resolve(QemuCommand.MONITOR_SOCKET))) {
            QemuProcess process = QemuProcess.start(directories.tools(), arguments, directory, input, MAX_FILE_BYTES);
            started = Optional.of(process);
            long deadlineNs = System.nanoTime() + CONNECT_LIMIT.toNanos();
            UnixChannel port = new UnixChannel(connection(portListener, process, deadlineNs));
            channels.add(port);
            UnixChannel monitor = new UnixChannel(connection(monitorListener, process, deadlineNs));
            channels.add(monitor);
            return new VirtualMachine(directory, process, port, Qmp.open(monitor, deadlineNs));
        } catch (IOException | InterruptedException | RuntimeException e) {
            channels.forEach(UnixChannel::close);
            if (started.isPresent()) {
                started.get().kill();
            }
            String log = tail(directory);
            CachedDirectory.deleteTree(directory);
            if (e instanceof IOException) {
                throw new IOException(e.getMessage() + log, e);
            }
            throw e;
        }
    }

    private static SocketChannel connection(UnixListener listener, QemuProcess process, long deadlineNs)
            throws IOException {
        Optional<SocketChannel> connection = listener.accept(process, deadlineNs);
        if (connection.isEmpty()) {
            throw new IOException("QEMU "
                    + (process.alive()
                            ? "does not connect to its sockets"
                            : "ended with status " + process.exitStatus()));
        }
        return connection.get();
    }

    private static String tail(Path directory) throws IOException {
        Path log = directory.resolve("qemu.log");
        // Later QEMUs warn of every option that they mean to rename.
        String text = Files.exists(log)
                ? Files.readString(log, StandardCharsets.ISO_8859_1)
                        .lines()
                        .filter(line -> !line.contains(": warning: "))
                        .collect(Collectors.joining("\n"))
                        .strip()
                : "";
        return text.isEmpty() ? "" : "; QEMU says: " + text.substring(Math.max(0, text.length() - MAX_LOG_CHARACTERS));
    }

    private String log() throws IOException {
        return tail(directory);
    }

    private String status() throws IOException {
        return monitor.execute("query-status").path("status").asText();
    }

    /**
     * Stops the guest and writes its whole state into a file. QEMU 7.2 can neither write a state into a file itself nor,
     * in its sandbox, start a program that does, so it comes through a socket.
     */
    public void save(Path state) throws IOException, InterruptedException {
        monitor.execute("stop");
        // The default bandwidth is that of a slow network. 0 would mean the default.
        monitor.execute("migrate-set-parameters", Map.of("max-bandwidth", 1L << 40));
        try (UnixListener listener = new UnixListener(directory.resolve("state"));
                FileChannel file = FileChannel.open(state, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            monitor.execute("migrate", Map.of("uri", "unix:state"));
            long deadlineNs = System.nanoTime() + CONNECT_LIMIT.toNanos();
            UnixChannel stream = new UnixChannel(connection(listener, process, deadlineNs));
            try {
                copy(stream, file);
            } finally {
                stream.close();
            }
        }
        String status = migration();
        long deadlineNs = System.nanoTime() + RESTORE_LIMIT.toNanos();
        // Later QEMUs close the stream a moment before they say that it is complete.
        while (UNDER_WAY.contains(status) && System.nanoTime() - deadlineNs < 0) {
            Thread.sleep(RESTORE_POLL_MS);
            status = migration();
        }
        if (!status.equals("completed")) {
            throw new IOException("saving a guest's state ended as \"" + status + "\"" + log());
        }
    }

    private String migration() throws IOException {
        return monitor.execute("query-migrate").path("status").asText();
    }

    private static void copy(UnixChannel stream, FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(COPY_BYTES);
        while (true) {
            int count = stream.receive(bytes.clear(), System.nanoTime() + RESTORE_LIMIT.toNanos());
            if (count == UnixChannel.CLOSED) {
                return;
            }
            if (count == 0) {
                throw new IOException("a guest's state stopped coming");
            }
            bytes.flip();
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        }
    }

    /** Sends a frame; what the guest does not take at once goes out while frames are received. That a guest is gone shows
     * when frames are received. */
    public void send(Frame frame) {
        port.send(frame.encode());
    }

    /**
     * Waits for the next frame.
     *
     * @param deadlineNs until when, by {@link System#nanoTime}
     * @throws FrameException when what came is no frame; the guest is of no use then
     */
    public Reception receive(long deadlineNs) throws IOException, FrameException {
        while (true) {
            Optional<Frame> frame = reader.next();
            if (frame.isPresent()) {
                return new Reception.Received(frame.get());
            }
            int count = port.receive(reader.room(), deadlineNs);
            if (count == UnixChannel.CLOSED) {
                return new Reception.Closed();
            }
            if (count == 0) {
                return new Reception.Nothing();
            }
        }
    }

    /** What the guest's kernel writes goes into this file at once. */
    public Path console() {
        return directory.resolve(QemuCommand.CONSOLE_FILE);
    }

    /** What the agent announces goes into this file at once. */
    public Path announcements() {
        return directory.resolve(QemuCommand.ANNOUNCEMENT_FILE);
    }

    /** Whether the guest wrote so much to its console that more is not kept. */
    public boolean consoleFull() {
        return console().toFile().length() >= MAX_FILE_BYTES;
    }

    public boolean alive() {
        return process.alive();
    }

    /** The exit status of QEMU, once it has ended; waits for that as long as {@code limit}. */
    public Optional<Integer> exitStatus(Duration limit) throws InterruptedException {
        return process.awaitExit(limit) ? Optional.of(process.exitStatus()) : Optional.empty();
    }

    /** Ends QEMU at once; whoever waits for a frame is told that the port is closed. */
    public void kill() throws InterruptedException {
        process.kill();
    }

    /** Ends QEMU, politely first, and removes all that belongs to it. */
    @Override
    public void close() throws IOException {
        try {
            if (process.alive()) {
                quit();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            port.close();
            monitor.close();
            CachedDirectory.deleteTree(directory);
        }
    }

    private void quit() throws InterruptedException {
        try {
            monitor.execute("quit");
        } catch (IOException e) {
            process.stop();
            return;
        }
        if (!process.awaitExit(QUIT_LIMIT)) {
            process.stop();
        }
    }
}
