// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.kernel.KernelConfig;

final class DiskImageTest {
    /** Place of the magic number of ext4's superblock, and of the features that it may have without being told. */
    private static final int MAGIC_AT = 1024 + 0x38;

    private static final int COMPATIBLE_AT = 1024 + 0x5c;

    @TempDir
    private Path directory;

    @Test
    void only_kernels_with_ext4_and_disks_of_memory_get_it() {
        assertThat(DiskImage.possibleOn(new KernelConfig(Map.of("EXT4_FS", "y", "BLK_DEV_RAM", "m"))))
                .isTrue();
        assertThat(DiskImage.possibleOn(new KernelConfig(Map.of("EXT4_FS", "y"))))
                .isFalse();
        assertThat(DiskImage.possibleOn(new KernelConfig(Map.of("BLK_DEV_RAM", "y"))))
                .isFalse();
    }

    @Test
    void what_is_zero_at_the_end_is_left_out_in_whole_blocks() {
        byte[] image = new byte[5 * 4096];
        image[4096] = 1;
        assertThat(DiskImage.withoutEnd(image))
                .hasSize(2 * 4096)
                .contains(1, org.assertj.core.data.Index.atIndex(4096));
        assertThat(DiskImage.withoutEnd(new byte[4096])).isEmpty();
    }

    @Test
    void the_file_system_has_no_journal_is_small_to_carry_and_always_the_same() throws Exception {
        assumeTrue(new HostTools().available(DiskImage.PROGRAM), "this machine has no mke2fs");
        byte[] first = made("first");
        byte[] image = DiskImage.withoutEnd(first);
        ByteBuffer superblock = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(superblock.getShort(MAGIC_AT)).isEqualTo((short) 0xef53);
        assertThat(superblock.getInt(COMPATIBLE_AT) & 4).isZero();
        assertThat(image.length).isLessThan(256 << 10);
        assertThat(made("second")).isEqualTo(first);
    }

    private byte[] made(String name) throws IOException, InterruptedException {
        Path where = Files.createDirectory(directory.resolve(name));
        HostCommand.Result result =
                new HostCommand(DiskImage.command(), where, Duration.ofMinutes(1)).run(where.resolve("log"));
        assertThat(result.succeeded()).as(result.output()).isTrue();
        return Files.readAllBytes(where.resolve(DiskImage.FILE));
    }
}
