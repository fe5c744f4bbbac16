// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import java.util.List;

/**
 * What a campaign came to.
 *
 * @param seconds from its start to the end of triage
 * @param kept programs that were kept for new signal
 * @param findings in the order in which they were first seen
 * @param untriaged violations that are no finding, and why: not confirmed, or no time left
 */
public record CampaignResult(
        CampaignSettings settings,
        double seconds,
        CampaignCounts counts,
        int kept,
        List<CampaignFinding> findings,
        List<String> untriaged) {
    public CampaignResult {
        findings = List.copyOf(findings);
        untriaged = List.copyOf(untriaged);
    }
}
