// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import java.util.Map;
import org.pinfuzz.triage.syz.SyzText;
import org.pinfuzz.triage.syz.SyzWriter;

/** The program in the language of syzkaller, as far as it can be said there. */
final class SyzExporter implements Exporter {
    @Override
    public Exported export(Reproducer reproducer) {
        SyzText syz = SyzWriter.write(reproducer.program());
        return new Exported(Map.of(reproducer.name() + ".syz", syz.text()), syz.losses());
    }
}
