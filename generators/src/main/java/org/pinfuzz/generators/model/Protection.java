// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

/** Access rights of a page, in the order of the operations' constants. */
public enum Protection {
    READ_WRITE,
    READ,
    NONE;

    public boolean readable() {
        return this != NONE;
    }

    public boolean writable() {
        return this == READ_WRITE;
    }

    /** The rights as C has them. */
    public String text() {
        return switch (this) {
            case READ_WRITE -> "PROT_READ | PROT_WRITE";
            case READ -> "PROT_READ";
            case NONE -> "PROT_NONE";
        };
    }

    /** The rights at an index of the parameter {@code protection}. */
    public static Protection at(int index) {
        return values()[index];
    }
}
