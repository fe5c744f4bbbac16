// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

/** Is told how a campaign goes. */
public interface CampaignListener {
    /**
     * How far a campaign is.
     *
     * @param seconds since it started
     * @param kept programs that were kept
     * @param findings findings so far
     * @param profile the profile whose turn it is
     * @param triaging whether a violation is being triaged, and drawing waits
     */
    record Snapshot(double seconds, CampaignCounts counts, int kept, int findings, String profile, boolean triaging) {}

    /** About once a second. */
    void progress(Snapshot snapshot);

    /** A finding was confirmed, shrunk and written. */
    void finding(CampaignFinding finding);
}
