// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.vm.CachedDirectory;
import org.pinfuzz.vm.DirectoryLock;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;

/**
 * The directories in which QEMUs run, one each: sockets, console and log; and the tools that run them. Each says which process owns it, so that what
 * a killed owner left can be found and removed. Paths are short, since the name of a Unix socket has at most 107 bytes.
 */
public final class RunDirectories {
    private static final int MAX_BASE_CHARACTERS = 80;
    private static final int NAME_BYTES = 4;
    private static final String OWNER = "owner";
    private static final String QEMU = "qemu.pid";
    /** A directory without its final name is being made; after this time its maker must be dead. */
    private static final Duration UNFINISHED = Duration.ofMinutes(10);

    private final Path base;
    private final Toolbox tools;
    private final SecureRandom random = new SecureRandom();
    private final AtomicReference<Optional<QemuVersion>> qemu = new AtomicReference<>(Optional.empty());

    private RunDirectories(Path base, Toolbox tools) {
        this.base = base;
        this.tools = tools;
    }

    /** The same directories, in which QEMUs of other tools than this machine's run. */
    public RunDirectories with(Toolbox other) {
        return new RunDirectories(base, requireNonNull(other, "other is null"));
    }

    /** Where they all are. */
    public Path base() {
        return base;
    }

    /** What QEMUs in these directories are started with. */
    public Toolbox tools() {
        return tools;
    }

    /**
     * The QEMU that runs in these directories, asked once.
     *
     * @throws VmException when the tools have none
     */
    public QemuVersion qemu() {
        Optional<QemuVersion> known = qemu.get();
        if (known.isEmpty()) {
            known = Optional.of(QemuVersion.of(tools));
            qemu.set(known);
        }
        return known.get();
    }

    /** Below {@code XDG_RUNTIME_DIR}, else below the directory for temporary files; nobody else can look into it. */
    public static RunDirectories ofUser() {
        Path parent = Optional.ofNullable(System.getenv("XDG_RUNTIME_DIR"))
                .map(Path::of)
                .filter(Files::isWritable)
                .orElse(Path.of(System.getProperty("java.io.tmpdir")));
        try {
            Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            return in(parent.resolve("pinfuzz-" + user));
        } catch (IOException e) {
            throw new VmException("asking for this process's user failed: " + FileFailure.reason(e), e);
        }
    }

    /**
     * Below a directory of the caller's choice; made if need be.
     *
     * @throws VmException when it belongs to somebody else, others may write into it, or its path is too long
     */
    public static RunDirectories in(Path base) {
        requireNonNull(base, "base is null");
        Path absolute = base.toAbsolutePath();
        if (absolute.toString().length() > MAX_BASE_CHARACTERS) {
            throw new VmException("using " + absolute + " for running guests failed: its name is longer than "
                    + MAX_BASE_CHARACTERS + " characters; set XDG_RUNTIME_DIR to a shorter one");
        }
        try {
            Set<PosixFilePermission> ownerOnly = PosixFilePermissions.fromString("rwx------");
            if (!Files.exists(absolute, NOFOLLOW_LINKS)) {
                Files.createDirectories(absolute.getParent());
                Files.createDirectory(absolute, PosixFilePermissions.asFileAttribute(ownerOnly));
            }
            boolean ours = Files.isDirectory(absolute, NOFOLLOW_LINKS)
                    && Files.getPosixFilePermissions(absolute, NOFOLLOW_LINKS).equals(ownerOnly)
                    && Files.getAttribute(absolute, "unix:uid", NOFOLLOW_LINKS)
                            .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
            if (!ours) {
                throw new VmException("using " + absolute
                        + " for running guests failed: it is not a directory of this user alone; remove it");
            }
        } catch (IOException e) {
            throw new VmException("making " + absolute + " for running guests failed: " + FileFailure.reason(e), e);
        }
        return new RunDirectories(absolute, new HostTools());
    }

    /** A new directory, owned by this process. */
    public Path create() throws IOException {
        byte[] name = new byte[NAME_BYTES];
        random.nextBytes(name);
        String hex = HexFormat.of().formatHex(name);
        Path unfinished = Files.createDirectory(base.resolve("." + hex));
        Files.writeString(
                unfinished.resolve(OWNER), ProcessIdentity.ofThisProcess().text());
        return Files.move(unfinished, base.resolve(hex));
    }

    /** Notes which QEMU runs in a directory. */
    static void noteQemu(Path directory, long pid) throws IOException {
        Optional<ProcessIdentity> qemu = ProcessIdentity.of(pid);
        if (qemu.isPresent()) {
            Files.writeString(directory.resolve(QEMU), qemu.get().text());
        }
    }

    /**
     * Removes what dead owners left: their QEMUs are killed, their directories deleted.
     *
     * @return how many directories were removed
     */
    public int sweep() {
        int removed = 0;
        try (DirectoryLock lock = DirectoryLock.acquire(base, "sweep");
                Stream<Path> listed = Files.list(base)) {
            lock.requireHeld();
            for (Path directory : listed.filter(Files::isDirectory).toList()) {
                if (abandoned(directory)) {
                    identity(directory.resolve(QEMU)).ifPresent(ProcessIdentity::kill);
                    CachedDirectory.deleteTree(directory);
                    removed++;
                }
            }
        } catch (IOException e) {
            throw new VmException(
                    "removing what earlier runs left in " + base + " failed: " + FileFailure.reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException("removing what earlier runs left in " + base + " was interrupted", e);
        }
        return removed;
    }

    /** Without an owner it is being made or removed right now, unless it is old. */
    private static boolean abandoned(Path directory) throws IOException {
        Optional<ProcessIdentity> owner = identity(directory.resolve(OWNER));
        boolean finished = !directory.getFileName().toString().startsWith(".");
        if (finished && owner.isPresent()) {
            return !owner.get().alive();
        }
        try {
            return Files.getLastModifiedTime(directory)
                    .toInstant()
                    .isBefore(Instant.now().minus(UNFINISHED));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static Optional<ProcessIdentity> identity(Path file) {
        try {
            return ProcessIdentity.parse(Files.readString(file));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
