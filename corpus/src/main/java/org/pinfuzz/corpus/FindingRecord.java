// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.corpus;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.pinfuzz.generators.failure.FormatCheck;

/**
 * What a machine needs to know of a finding: the contents of {@code finding.json}.
 *
 * @param id name of the finding and of its directory, for example {@code LT-ZONE-3f9a1c2b}
 * @param invariant the broken invariant
 * @param label {@code VIOLATION}, or {@code LIMITATION} where the kernel promises nothing
 * @param operations steps of the shrunk program
 * @param hits runs of the shrunk program that showed it
 * @param runs runs of the shrunk program
 * @param sightings how often it was found; counted by the store
 * @param kernelRelease the kernel's release text
 * @param profile the guests' profile
 * @param otherViolations invariants that the shrunk program breaks besides
 * @param seed seed of the campaign
 * @param index number of the program in the campaign
 * @param alternativeTitles what else the kernel complained of in the same run, where the finding is a complaint of it
 * @param knownBugs ids of the known bugs that explain it
 * @param knownBugsCompared how many known bugs it was compared with; 0 where nobody looked
 */
public record FindingRecord(
        String id,
        String invariant,
        String label,
        int operations,
        int hits,
        int runs,
        int sightings,
        String kernelRelease,
        String profile,
        List<String> otherViolations,
        long seed,
        long index,
        List<String> alternativeTitles,
        List<String> knownBugs,
        int knownBugsCompared) {
    public FindingRecord {
        requireNonNull(id, "id is null");
        requireNonNull(invariant, "invariant is null");
        requireNonNull(label, "label is null");
        requireNonNull(kernelRelease, "kernelRelease is null");
        requireNonNull(profile, "profile is null");
        otherViolations = List.copyOf(otherViolations);
        alternativeTitles = List.copyOf(alternativeTitles);
        knownBugs = List.copyOf(knownBugs);
        if (!id.matches("[A-Z][A-Z0-9-]{0,60}-[0-9a-f]{8}")) {
            throw new IllegalArgumentException(
                    "\"" + FormatCheck.shortened(id) + "\" is not an id of a finding, like LT-ZONE-3f9a1c2b");
        }
    }

    /** A finding of which nothing more is known. */
    public FindingRecord(
            String id,
            String invariant,
            String label,
            int operations,
            int hits,
            int runs,
            int sightings,
            String kernelRelease,
            String profile,
            List<String> otherViolations,
            long seed,
            long index) {
        this(
                id,
                invariant,
                label,
                operations,
                hits,
                runs,
                sightings,
                kernelRelease,
                profile,
                otherViolations,
                seed,
                index,
                List.of(),
                List.of(),
                0);
    }

    /** The same finding, found so often. */
    FindingRecord sighted(int times) {
        return new FindingRecord(
                id,
                invariant,
                label,
                operations,
                hits,
                runs,
                times,
                kernelRelease,
                profile,
                otherViolations,
                seed,
                index,
                alternativeTitles,
                knownBugs,
                knownBugsCompared);
    }
}
