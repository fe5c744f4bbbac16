// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

/** Is told, in one line each, what takes long: downloads, builds, boots. */
@FunctionalInterface
public interface ProgressListener {
    /** Says nothing to anybody. */
    ProgressListener SILENT = line -> {};

    void progress(String line);
}
