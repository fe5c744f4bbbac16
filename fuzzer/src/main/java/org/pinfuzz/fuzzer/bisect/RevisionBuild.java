// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bisect;

import java.nio.file.Path;
import org.pinfuzz.triage.Oracle;

/** Makes what runs programs of a revision that is checked out. */
public interface RevisionBuild {
    /**
     * Builds a revision and starts it.
     *
     * @param worktree where it is checked out
     * @throws BuildFailure if it does not build or does not start; the revision is skipped then
     */
    Built build(Path worktree) throws BuildFailure;

    /** A revision that runs programs until it is closed. */
    interface Built extends AutoCloseable {
        Oracle oracle();

        @Override
        void close();
    }

    /** A revision that nothing can be said of; the message says why. */
    final class BuildFailure extends Exception {
        private static final long serialVersionUID = 1;

        public BuildFailure(String message) {
            super(message);
        }
    }
}
