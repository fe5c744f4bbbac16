// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CachedDirectoryTest {
    @TempDir
    Path cache;

    @Test
    void a_directory_that_cannot_be_filled_is_not_there() {
        Path target = cache.resolve("thing");
        assertThatThrownBy(() -> CachedDirectory.obtain(target, partial -> {
                    Files.writeString(partial.resolve("half"), "x");
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("No space left on device; check that the disk is not full");
        assertThat(target).doesNotExist();
        assertThat(cache).isDirectoryNotContaining("glob:**partial");
    }

    @Test
    void threads_that_want_the_same_directory_make_it_once() {
        AtomicInteger made = new AtomicInteger();
        List<CompletableFuture<Path>> obtained = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> CachedDirectory.obtain(cache.resolve("thing"), partial -> made.incrementAndGet())))
                .toList();
        obtained.forEach(CompletableFuture::join);
        assertThat(made).hasValue(1);
    }
}
