// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import java.io.IOException;

/** QEMU's monitor refused a command, did not answer in time, or is gone. */
public final class QmpException extends IOException {
    private static final long serialVersionUID = 1;

    QmpException(String message) {
        super(message);
    }
}
