// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import java.util.List;
import java.util.Map;
import org.pinfuzz.generators.operation.Operations;

/** The program as pinfuzz itself reads it, without loss. */
final class JsonExporter implements Exporter {
    @Override
    public Exported export(Reproducer reproducer) {
        String text = Operations.JSON.writePretty(reproducer.program());
        return new Exported(Map.of(reproducer.name() + ".json", text), List.of());
    }
}
