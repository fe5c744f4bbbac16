// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.syz;

import java.util.List;

/** Numbers of the x86-64 kernel's interface (include/uapi). */
final class SyzConstants {
    static final int PROT_READ = 0x1;
    static final int PROT_WRITE = 0x2;
    static final int PROT_EXEC = 0x4;

    static final int MAP_SHARED = 0x1;
    static final int MAP_PRIVATE = 0x2;
    static final int MAP_TYPE = 0xf;
    static final int MAP_FIXED = 0x10;
    static final int MAP_ANONYMOUS = 0x20;
    static final int MAP_FIXED_NOREPLACE = 0x100000;

    /** Of dontneed, dontfork, dofork and pageout, in the order of the operation's constants. */
    static final List<Integer> ADVICE = List.of(4, 10, 11, 21);

    static final int MPOL_BIND = 2;
    static final int MPOL_MF_MOVE = 2;

    static final int IORING_REGISTER_BUFFERS = 0;
    static final int IORING_UNREGISTER_BUFFERS = 1;
    static final int CLONE_VM = 0x100;

    static final String NO_DESCRIPTOR = "0xffffffffffffffff";

    private SyzConstants() {}
}
