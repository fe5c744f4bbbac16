// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What the campaign of one seed came to on one rung.
 *
 * @param hit the first finding, empty if there was none in time
 * @param programs programs that ran in all
 * @param seconds from the campaign's start to the end of triage
 * @param note what was seen and is no finding, empty where nothing was
 */
public record Climb(long seed, Optional<Hit> hit, long programs, double seconds, String note) {
    public Climb {
        requireNonNull(hit, "hit is null");
        requireNonNull(note, "note is null");
    }

    /**
     * A finding.
     *
     * @param program how many programs were drawn until the first that showed it, with it
     * @param seconds when that program came back, seconds from the campaign's start
     * @param id the finding's id
     * @param invariant what it is filed under
     * @param operations steps of the shrunk program
     * @param hits runs of the shrunk program that showed it
     * @param runs runs of the shrunk program
     */
    public record Hit(long program, double seconds, String id, String invariant, int operations, int hits, int runs) {
        public Hit {
            requireNonNull(id, "id is null");
            requireNonNull(invariant, "invariant is null");
        }
    }
}
