// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.vm.VmException;

/**
 * What a bootable image of x86 says of itself, by the setup header of {@code Documentation/arch/x86/boot.rst}.
 *
 * @param release what {@code uname -r} will say
 * @param sixtyFourBit whether it is a 64-bit kernel
 */
public record BzImage(String release, boolean sixtyFourBit) {
    private static final String GIVE = "; give arch/x86/boot/bzImage of the tree, or vmlinuz of a package";
    private static final int MAGIC_AT = 0x202;
    private static final String MAGIC = "HdrS";
    private static final int VERSION_AT = 0x20e;
    /** The version's place is counted from here. */
    private static final int VERSION_BASE = 0x200;

    private static final int LOAD_FLAGS_AT = 0x236;
    private static final int KERNEL_64 = 1;
    /** Boot sector and setup code are 32 KiB at most, and the version is within them. */
    private static final int SETUP_BYTES = 0x8000;

    private static final int MOST_RELEASE_BYTES = 64;

    public BzImage {
        requireNonNull(release, "release is null");
    }

    /**
     * Reads the header of an image.
     *
     * @throws VmException when the file cannot be read or is no such image
     */
    public static BzImage read(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(SETUP_BYTES);
        } catch (IOException e) {
            throw new VmException("reading the kernel image " + file + " failed: " + FileFailure.reason(e) + GIVE, e);
        }
        ByteBuffer setup = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < LOAD_FLAGS_AT + 2
                || !new String(bytes, MAGIC_AT, MAGIC.length(), StandardCharsets.ISO_8859_1).equals(MAGIC)) {
            throw new VmException("reading the kernel image " + file + " failed: it is no bzImage of x86" + GIVE);
        }
        int at = VERSION_BASE + Short.toUnsignedInt(setup.getShort(VERSION_AT));
        int end = at;
        while (end < bytes.length && end < at + MOST_RELEASE_BYTES && bytes[end] > ' ') {
            end++;
        }
        if (end == at || end >= bytes.length) {
            throw new VmException("reading the kernel image " + file + " failed: it does not say its release");
        }
        return new BzImage(
                new String(bytes, at, end - at, StandardCharsets.ISO_8859_1),
                (setup.getShort(LOAD_FLAGS_AT) & KERNEL_64) != 0);
    }
}
