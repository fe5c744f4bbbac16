// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes archives in the "new ASCII" cpio form, which the kernel unpacks as its first root file system; the form is in
 * the kernel's {@code Documentation/driver-api/early-userspace/buffer-format.rst}. Everything belongs to root and has
 * time 0, so that equal content gives equal bytes.
 */
final class Cpio {
    private static final int DIRECTORY = 0040755;
    private static final int REGULAR = 0100644;
    private static final int EXECUTABLE = 0100755;
    private static final int ALIGNMENT = 4;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int nextInode = 1;

    Cpio directory(String path) {
        entry(path, DIRECTORY, 2, new byte[0]);
        return this;
    }

    Cpio file(String path, byte[] content) {
        entry(path, REGULAR, 1, content);
        return this;
    }

    Cpio executable(String path, byte[] content) {
        entry(path, EXECUTABLE, 1, content);
        return this;
    }

    /** The archive; nothing can be added afterwards. */
    byte[] finish() {
        entry("TRAILER!!!", 0, 1, new byte[0]);
        return out.toByteArray();
    }

    private void entry(String path, int mode, int links, byte[] content) {
        byte[] name = (path + "\0").getBytes(StandardCharsets.UTF_8);
        int inode = mode == 0 ? 0 : nextInode++;
        // inode, mode, uid, gid, links, mtime, size, 4 × device, name size, checksum (unused in this form)
        int[] fields = {inode, mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, name.length, 0};
        StringBuilder header = new StringBuilder("070701");
        for (int field : fields) {
            header.append(String.format("%08X", field));
        }
        out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(name);
        pad();
        out.writeBytes(content);
        pad();
    }

    private void pad() {
        while (out.size() % ALIGNMENT != 0) {
            out.write(0);
        }
    }
}
