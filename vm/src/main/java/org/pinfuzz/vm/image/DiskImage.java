// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.image;

import java.util.Arrays;
import java.util.List;
import org.pinfuzz.vm.kernel.KernelConfig;

/**
 * A file system of ext4 for the guest's disk of memory, as {@code mke2fs} makes it: small, and without a journal, whose
 * thread would write at times of its own. Nothing in it depends on the day or on chance, so that one kernel keeps its
 * templates.
 */
final class DiskImage {
    static final String FILE = "ext4.img";
    static final String PROGRAM = "mke2fs";
    static final String PACKAGE = "e2fsprogs";

    /** Drivers of the disk and of the file system, and the checksums that it asks for by name and not by its dependencies. */
    static final List<String> MODULES = List.of("brd", "crc32c_generic", "ext4");

    /** For kernels whose disk is a module: one, as large as the file system. */
    static final String DISK_OPTIONS = "rd_nr=1 rd_size=8192";

    private static final String SIZE = "8M";
    private static final int BLOCK_BYTES = 4096;
    /** Any would do; always the same. */
    private static final String UUID = "70696e66-757a-7a00-8000-000000000000";

    private DiskImage() {}

    /** Whether guests of a kernel can have it. */
    static boolean possibleOn(KernelConfig config) {
        return config.enabled("EXT4_FS") && config.enabled("BLK_DEV_RAM");
    }

    /** Makes {@link #FILE} in the directory where it runs. */
    static List<String> command() {
        return List.of(
                "env",
                // The system's own programs are not in every user's search path.
                "PATH=/usr/sbin:/sbin:/usr/bin:/bin",
                "E2FSPROGS_FAKE_TIME=1",
                PROGRAM,
                "-q",
                "-F",
                "-t",
                "ext4",
                "-b",
                String.valueOf(BLOCK_BYTES),
                "-I",
                "256",
                // Programs have four files each, which are gone when they end.
                "-N",
                "64",
                "-m",
                "0",
                "-O",
                "^has_journal,^resize_inode,^metadata_csum,^64bit",
                "-U",
                UUID,
                "-E",
                "hash_seed=" + UUID + ",lazy_itable_init=1,nodiscard,root_owner=0:0",
                FILE,
                SIZE);
    }

    /** The image up to its last block that is not zero: a new disk of memory reads as zeroes. */
    static byte[] withoutEnd(byte[] image) {
        int end = image.length;
        while (end > 0 && image[end - 1] == 0) {
            end--;
        }
        return Arrays.copyOf(image, (end + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES);
    }
}
