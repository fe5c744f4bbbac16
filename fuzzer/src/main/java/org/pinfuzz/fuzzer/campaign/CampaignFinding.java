// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import java.nio.file.Path;
import java.util.List;

/**
 * A finding of a campaign.
 *
 * @param id the same for the same bug on every machine
 * @param label VIOLATION or LIMITATION
 * @param operations steps of the shrunk program
 * @param hits runs of the shrunk program, each on a fresh guest, that broke the invariant
 * @param runs runs of the shrunk program
 * @param profile the profile in which it was confirmed and shrunk
 * @param seenIn the profiles in which programs of this campaign showed it
 * @param sightings programs of this campaign that showed it
 * @param firstSeenSeconds when the first of them came back, seconds from the start
 * @param firstSeenProgram its number in the campaign
 * @param path its directory
 * @param sentence what broke
 * @param knownBugs ids of the known bugs that explain it
 * @param knownBugsCompared how many known bugs it was compared with
 */
public record CampaignFinding(
        String id,
        String invariant,
        String label,
        int operations,
        int hits,
        int runs,
        String profile,
        List<String> seenIn,
        long sightings,
        double firstSeenSeconds,
        long firstSeenProgram,
        Path path,
        String sentence,
        List<String> knownBugs,
        int knownBugsCompared) {
    public CampaignFinding {
        seenIn = List.copyOf(seenIn);
        knownBugs = List.copyOf(knownBugs);
    }
}
