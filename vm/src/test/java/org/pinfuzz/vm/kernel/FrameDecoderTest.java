// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.HostCommand;

/** With a small program in the place of vmlinux. */
final class FrameDecoderTest {
    private static final String SOURCE = """
            int counter;

            __attribute__((noinline)) int warn(void)
            {
            	return ++counter;
            }

            int main(void)
            {
            	return warn();
            }
            """;

    @TempDir
    private Path tree = Path.of("");

    private Path vmlinux = Path.of("");

    private static void run(Path directory, String... command) throws IOException, InterruptedException {
        HostCommand.Result result = new HostCommand(List.of(command), directory, Duration.ofMinutes(1)).runForOutput();
        assertThat(result.succeeded()).as(result.lastLines()).isTrue();
    }

    @BeforeEach
    void build() throws IOException, InterruptedException {
        Files.createDirectory(tree.resolve("mm"));
        Path source = Files.writeString(tree.resolve("mm").resolve("gup.c"), SOURCE);
        vmlinux = tree.resolve("vmlinux");
        run(tree, "gcc", "-O1", "-g", "-no-pie", "-o", vmlinux.toString(), source.toString());
    }

    @Test
    void aFrameIsFollowedByItsLine() {
        String console = "[   12.3] WARNING: CPU: 0 PID: 7 at warn+0x0/0xf\n warn+0x0/0xf\n ? unknown+0x1/0x2\n"
                + " pfz_unpin+0x1/0x2 [pinfuzz]\n";

        assertThat(new FrameDecoder(vmlinux).apply(console))
                .isEqualTo("[   12.3] WARNING: CPU: 0 PID: 7 at warn+0x0/0xf (mm/gup.c:5)\n"
                        + " warn+0x0/0xf (mm/gup.c:5)\n ? unknown+0x1/0x2\n pfz_unpin+0x1/0x2 [pinfuzz]\n");
    }

    @Test
    void withoutSymbolsAConsoleStaysAsItIs() throws IOException, InterruptedException {
        run(tree, "strip", "-g", vmlinux.toString());

        assertThat(new FrameDecoder(vmlinux).apply(" warn+0x0/0xf\n")).isEqualTo(" warn+0x0/0xf\n");
        assertThat(new FrameDecoder(tree.resolve("none")).apply(" warn+0x0/0xf\n"))
                .isEqualTo(" warn+0x0/0xf\n");
    }
}
