// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.syz;

import java.util.List;
import java.util.Optional;

/** An argument of a call, or a part of one. */
sealed interface SyzValue {
    /** A number; {@code nil} and a null pointer are 0. */
    record Constant(long value) implements SyzValue {}

    /** What an earlier call answered. */
    record Variable(String name) implements SyzValue {}

    /** An address, and what syzkaller stores there before the call. */
    record Pointer(long address, Optional<SyzValue> target) implements SyzValue {}

    /** Bytes, and the size that they are filled up to. */
    record Bytes(String text, long size) implements SyzValue {}

    /** A structure or an array. */
    record Group(List<SyzValue> parts) implements SyzValue {
        public Group {
            parts = List.copyOf(parts);
        }
    }

    /** What syzkaller fills in by itself. */
    record Automatic() implements SyzValue {}
}
