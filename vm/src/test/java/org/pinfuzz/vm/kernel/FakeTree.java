// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of a kernel tree that are looked at, and none of its sources. */
final class FakeTree {
    static final String RELEASE = "6.12.1-mine";

    /** What every guest needs, and what the module needs. */
    static final List<String> CONFIG = List.of(
            "CC_VERSION_TEXT=\"gcc (Debian 12.2.0-14+deb12u1) 12.2.0\"",
            "CC_IS_GCC=y",
            "GCC_VERSION=120200",
            "X86_64=y",
            "PRINTK=y",
            "TTY=y",
            "SERIAL_8250=y",
            "SERIAL_8250_CONSOLE=y",
            "BLK_DEV_INITRD=y",
            "BINFMT_ELF=y",
            "PCI=y",
            "VIRTIO_MENU=y",
            "VIRTIO_PCI=y",
            "VIRTIO_CONSOLE=y",
            "PROC_FS=y",
            "PROC_SYSCTL=y",
            "SYSFS=y",
            "DEVTMPFS=y",
            "FUTEX=y",
            "POSIX_TIMERS=y",
            "X86_IOPL_IOPERM=y",
            "MMU=y",
            "ADVISE_SYSCALLS=y",
            "SHMEM=y",
            "TMPFS=y",
            "MEMFD_CREATE=y",
            "MODULES=y");

    private final Path root;

    private FakeTree(Path root) {
        this.root = root;
    }

    /** Sources without a configuration. */
    static FakeTree sources(Path root) {
        return new FakeTree(root)
                .file("Makefile", "VERSION = 6\n")
                .file("Kconfig", "")
                .file("arch/x86/Kconfig", "");
    }

    /** A directory for make O=, configured. */
    static FakeTree output(Path root, Path sources) throws IOException {
        FakeTree tree = new FakeTree(root).file("Makefile", "include " + sources + "/Makefile\n");
        Files.createSymbolicLink(root.resolve("source"), sources);
        return tree.configured();
    }

    Path root() {
        return root;
    }

    FakeTree file(String name, String text) {
        return bytes(name, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private FakeTree bytes(String name, byte[] bytes) {
        try {
            Files.createDirectories(root.resolve(name).getParent());
            Files.write(root.resolve(name), bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    FakeTree without(String name) throws IOException {
        Files.delete(root.resolve(name));
        return this;
    }

    FakeTree configured(String... more) {
        return configuredFor("x86", more);
    }

    FakeTree configuredFor(String architecture, String... more) {
        return file(
                ".config",
                "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/" + architecture
                        + " 6.12.1 Kernel Configuration\n#\n" + lines(more));
    }

    private static String lines(String... more) {
        StringBuilder text = new StringBuilder();
        CONFIG.forEach(line -> text.append("CONFIG_").append(line).append('\n'));
        for (String line : more) {
            text.append("CONFIG_").append(line).append('\n');
        }
        return text.toString();
    }

    /** As after make modules_prepare. */
    FakeTree prepared() {
        return file("include/config/kernel.release", RELEASE + "\n")
                .file("include/config/auto.conf", lines())
                .file("scripts/mod/modpost", "");
    }

    /** As after make. */
    FakeTree built() {
        return prepared()
                .image(RELEASE, 1)
                .file("Module.symvers", "0x0\tpin_user_pages\tvmlinux\tEXPORT_SYMBOL\n")
                .file("modules.builtin", "");
    }

    FakeTree image(String release, int loadFlags) {
        ByteBuffer image = ByteBuffer.allocate(0x4000).order(ByteOrder.LITTLE_ENDIAN);
        image.put(0x202, "HdrS".getBytes(StandardCharsets.US_ASCII));
        image.putShort(0x20e, (short) 0x3000);
        image.putShort(0x236, (short) loadFlags);
        image.put(0x3200, (release + " (somebody@somewhere) #1 SMP").getBytes(StandardCharsets.US_ASCII));
        return bytes("arch/x86/boot/bzImage", image.array());
    }
}
