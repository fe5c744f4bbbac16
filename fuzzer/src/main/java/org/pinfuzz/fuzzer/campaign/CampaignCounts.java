// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a campaign has counted.
 *
 * @param programs programs that ran
 * @param judged programs that count: see the section on verdicts in the semantics
 * @param operations executed steps of all programs
 * @param medianSteps median of the executed steps of judged programs
 * @param pass programs in which everything was in order
 * @param violation programs in which something broke
 * @param inconclusive programs that could not be judged
 * @param reasons why, and how often
 * @param passed how often each invariant had something to judge and found it in order
 * @param signal how many different behaviours were seen
 * @param profiles what was counted in each profile, in the order in which they take turns
 */
public record CampaignCounts(
        long programs,
        long judged,
        long operations,
        int medianSteps,
        long pass,
        long violation,
        long inconclusive,
        Map<String, Long> reasons,
        Map<String, Long> passed,
        int signal,
        Map<String, ProfileCounts> profiles) {
    public CampaignCounts {
        reasons = Map.copyOf(reasons);
        passed = Map.copyOf(passed);
        profiles = Collections.unmodifiableMap(new LinkedHashMap<>(profiles));
    }
}
