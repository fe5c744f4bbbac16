// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

/** Writes programs in one language. */
public interface Exporter {
    Exported export(Reproducer reproducer);
}
