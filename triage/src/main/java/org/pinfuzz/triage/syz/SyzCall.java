// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.syz;

import java.util.List;
import java.util.Optional;

/**
 * One line of a program.
 *
 * @param line its number, from 1
 * @param name the call with its variant: {@code io_uring_register$IORING_REGISTER_BUFFERS}
 * @param result the variable that keeps its answer
 * @param properties what stands behind it in parentheses: {@code fail_nth: 5}; empty where nothing does
 */
record SyzCall(int line, String name, Optional<String> result, List<SyzValue> arguments, String properties) {
    SyzCall {
        arguments = List.copyOf(arguments);
    }

    /** The argument at an index; 0 if the call has fewer, as syzkaller fills them up. */
    SyzValue argument(int index) {
        return index < arguments.size() ? arguments.get(index) : new SyzValue.Constant(0);
    }

    /** The name without its variant. */
    String systemCall() {
        int variant = name.indexOf('$');
        return variant < 0 ? name : name.substring(0, variant);
    }
}
