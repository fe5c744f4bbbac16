// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import java.util.Locale;

/** The languages that programs are exported to; a new one is added here and nowhere else. */
public enum ExportFormat {
    C,
    KSELFTEST,
    JSON(new JsonExporter()),
    SYZ(new SyzExporter());

    private final Exporter exporter;
    private final boolean proven;

    /** A test, which is chosen by running it. */
    ExportFormat() {
        this.exporter = reproducer -> {
            throw new IllegalStateException("tests are chosen by running them");
        };
        this.proven = true;
    }

    ExportFormat(Exporter exporter) {
        this.exporter = exporter;
        this.proven = false;
    }

    /** Whether it is a test, which only guests can choose and prove. */
    public boolean proven() {
        return proven;
    }

    /** What writes programs in a language that is no test. */
    public Exporter exporter() {
        return exporter;
    }

    /** As it is written on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
