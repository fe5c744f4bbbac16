// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

/**
 * One suite of one of Debian's archives.
 *
 * @param archive the archive
 * @param suite the suite's name in it
 */
public record Suite(Archive archive, String suite) {
    /** Which archive a suite is in: security updates have one of their own. */
    public enum Archive {
        DEBIAN("debian"),
        DEBIAN_SECURITY("debian-security");

        private final String text;

        Archive(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    public Suite {
        requireNonNull(archive, "archive is null");
        requireNonNull(suite, "suite is null");
    }
}
