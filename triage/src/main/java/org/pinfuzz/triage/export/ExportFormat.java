// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import java.util.Locale;

/** The languages that programs are exported to; a new one is added here and nowhere else. */
public enum ExportFormat {
    JSON(new JsonExporter()),
    SYZ(new SyzExporter());

    private final Exporter exporter;

    ExportFormat(Exporter exporter) {
        this.exporter = exporter;
    }

    public Exporter exporter() {
        return exporter;
    }

    /** As it is written on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
