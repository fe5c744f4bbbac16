// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.program;

import java.util.List;

/** The shape of an operation: what a program, its JSON and its wire form need to know of it. */
public interface OperationType {
    /** The name in programs and on the command line, for example {@code mmap}. */
    String name();

    /** The number on the wire, from 1 to 255; never given to another operation. */
    int code();

    /** The parameters in the order of JSON and wire. At most one of them creates a handle. */
    List<Parameter> parameters();
}
