// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.operation.AnswerRule;

/** What mempinfd answers, by the manual page of its strict edition: one subclass for each rule. */
abstract class MempinfdAnswer extends CallAnswer {
    /** It is a module's or a patch's, so no version of the kernel makes a difference. */
    static final KernelVersion EVER = new KernelVersion(5, 0);

    MempinfdAnswer(String id, String statement, String source, AnswerRule rule) {
        super(id, statement, EVER, source, rule);
    }

    /** Who may undo a pin. */
    static final class Owner extends MempinfdAnswer {
        Owner() {
            super(
                    "MEMPIN-OWNER",
                    "A pin by mempinfd belongs to the memory that made it: no other process that has the descriptor undoes"
                            + " it or is refused because of it.",
                    "docs/man/mempinfd.2, Ranges; review of the posted version 3: its table knows addresses only",
                    AnswerRule.MEMPIN_OWNER);
        }
    }

    /** What may be pinned for writing. */
    static final class Rights extends MempinfdAnswer {
        Rights() {
            super(
                    "MEMPIN-RIGHTS",
                    "mempinfd pins for writing only what the process may write itself.",
                    "docs/man/mempinfd.2, ERRORS (EFAULT); review of the posted version 3: it pins with FOLL_FORCE",
                    AnswerRule.MEMPIN_RIGHTS);
        }
    }

    /** How much may be pinned. */
    static final class Limit extends MempinfdAnswer {
        Limit() {
            super(
                    "MEMPIN-LIMIT",
                    "Without CAP_IPC_LOCK mempinfd pins no more than RLIMIT_MEMLOCK, and says so with the right error.",
                    "docs/man/mempinfd.2, ERRORS (ENOMEM, EPERM); getrlimit(2), RLIMIT_MEMLOCK",
                    AnswerRule.MEMPIN_LIMIT);
        }
    }

    /** What an answer looks like. */
    static final class Value extends MempinfdAnswer {
        Value() {
            super(
                    "MEMPIN-VALUE",
                    "A request to mempinfd answers 0 or an error, never a count.",
                    "docs/man/mempinfd.2, RETURN VALUE; review of the posted version 3: a short pin is its answer",
                    AnswerRule.MEMPIN_VALUE);
        }
    }

    /** What 0 means. */
    static final class Whole extends MempinfdAnswer {
        Whole() {
            super(
                    "MEMPIN-WHOLE",
                    "When mempinfd answers 0 the whole request was done; what cannot be done whole is refused.",
                    "docs/man/mempinfd.2, RETURN VALUE; review of the posted version 3: an address that overflows answers 0",
                    AnswerRule.MEMPIN_WHOLE);
        }
    }

    /** Which error it is. */
    static final class Error extends MempinfdAnswer {
        Error() {
            super(
                    "MEMPIN-ERRNO",
                    "A request that mempinfd refuses gets the error that its manual page names, and no other is refused.",
                    "docs/man/mempinfd.2, ERRORS",
                    AnswerRule.MEMPIN_ERRNO);
        }
    }
}
