// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.statistics.Statistics;
import org.pinfuzz.vm.wire.MutatedFrames.Reached;

final class FrameProperties {
    private final MutatedFrames frames = new MutatedFrames();

    @Property(tries = 1_000_000, shrinking = ShrinkingMode.OFF)
    void whatever_a_guest_sends_is_taken_or_refused_with_the_reason(
            @ForAll @LongRange(min = Long.MIN_VALUE, max = Long.MAX_VALUE) long seed) {
        Reached reached = frames.tryOne(seed);
        boolean body = reached == Reached.BODY_REFUSED || reached == Reached.ACCEPTED;
        Statistics.label("reached")
                .collect(body ? "body" : "head")
                .coverage(coverage -> coverage.check("body").percentage(share -> share >= 30));
    }

    @Example
    void frames_are_decoded_in_a_heap_of_24_MiB() throws Exception {
        Path output = Files.createTempFile("frames", ".txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx24m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MutatedFrames.class.getName(),
                        "200000")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(output)).startsWith("200000 frames");
        assertThat(process.exitValue()).isZero();
        Files.delete(output);
    }
}
