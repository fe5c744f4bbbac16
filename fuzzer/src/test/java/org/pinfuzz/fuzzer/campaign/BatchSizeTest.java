// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BatchSizeTest {
    private static final Duration SOON = Duration.ofMillis(500);
    private static final Duration LATE = BatchSize.SLOW.plusMillis(1);

    private final BatchSize size = new BatchSize(128);

    @Test
    void batches_begin_small_and_grow_to_the_largest_while_they_come_back_soon() {
        assertThat(size.programs()).isEqualTo(BatchSize.SMALLEST);
        size.took(SOON);
        assertThat(size.programs()).isEqualTo(2 * BatchSize.SMALLEST);
        for (int i = 0; i < 10; i++) {
            size.took(SOON);
        }
        assertThat(size.programs()).isEqualTo(128);
    }

    @Test
    void batches_that_come_back_late_become_smaller_but_never_empty() {
        for (int i = 0; i < 10; i++) {
            size.took(SOON);
        }
        size.took(LATE);
        assertThat(size.programs()).isEqualTo(64);
        for (int i = 0; i < 10; i++) {
            size.took(LATE);
        }
        assertThat(size.programs()).isEqualTo(BatchSize.SMALLEST);
    }
}
