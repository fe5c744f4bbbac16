// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FamiliarSplatsTest {
    private static final String WARNING = "WARNING: at mm/hugetlb.c:6629 follow_hugetlb_page";
    private static final String BUG = "BUG: KASAN: use-after-free in unpin_user_pages";

    private final FamiliarSplats familiar = new FamiliarSplats();

    private void tell(String splat, int times) {
        for (int i = 0; i < times; i++) {
            familiar.saw(List.of(splat));
        }
    }

    @Test
    void a_warning_is_familiar_once_eight_programs_were_told_of_it() {
        tell(WARNING, 7);
        assertThat(familiar.nothingNew(List.of(WARNING))).isFalse();
        tell(WARNING, 1);
        assertThat(familiar.nothingNew(List.of(WARNING))).isTrue();
    }

    @Test
    void another_warning_beside_a_familiar_one_is_new() {
        tell(WARNING, 8);
        assertThat(familiar.nothingNew(List.of(WARNING, "WARNING: at mm/gup.c:1 gup")))
                .isFalse();
    }

    @Test
    void what_is_worse_than_a_warning_never_becomes_familiar() {
        tell(BUG, 100);
        assertThat(familiar.nothingNew(List.of(BUG))).isFalse();
    }

    @Test
    void a_quiet_console_has_nothing_new() {
        assertThat(familiar.nothingNew(List.of())).isTrue();
    }
}
