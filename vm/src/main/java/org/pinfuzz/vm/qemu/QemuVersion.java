// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;

/**
 * Which QEMU a toolbox has. A saved guest is for the QEMU that saved it.
 *
 * @param major first number of its version
 * @param minor second number of its version
 * @param text what it says of itself, the distribution's part included
 */
public record QemuVersion(int major, int minor, String text) {
    static final String PROGRAM = "qemu-system-x86_64";

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final Pattern VERSION = Pattern.compile("version (\\d{1,4})\\.(\\d{1,4})");

    public QemuVersion {
        requireNonNull(text, "text is null");
    }

    /**
     * Asks the QEMU of a toolbox.
     *
     * @throws VmException when it has none, or what is called so is none
     */
    static QemuVersion of(Toolbox tools) {
        if (!tools.available(PROGRAM)) {
            throw new VmException("looking for QEMU failed: " + tools.missing(PROGRAM, "qemu-system-x86"));
        }
        try {
            return parse(new HostCommand(List.of(PROGRAM, "--version"), Path.of("/"), ANSWER_LIMIT)
                    .runForOutput(tools)
                    .output());
        } catch (IOException e) {
            throw new VmException("asking " + PROGRAM + " for its version failed: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException("asking " + PROGRAM + " for its version was interrupted; run it again", e);
        }
    }

    static QemuVersion parse(String output) {
        Matcher matcher = VERSION.matcher(output);
        if (!matcher.find()) {
            throw new VmException("asking " + PROGRAM + " for its version failed: it says \"" + output.strip()
                    + "\"; install the package qemu-system-x86");
        }
        return new QemuVersion(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                output.lines().findFirst().orElse(""));
    }

    /** Whether it opens a saved state by its name. Earlier ones read it from a descriptor, later ones no longer do. */
    boolean opensStates() {
        return major > 8 || (major == 8 && minor >= 2);
    }
}
