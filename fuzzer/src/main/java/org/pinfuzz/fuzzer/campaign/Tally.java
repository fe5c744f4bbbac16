// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.pinfuzz.generators.invariant.Judgement;
import org.pinfuzz.generators.invariant.Verdict;
import org.pinfuzz.generators.program.Program;

/** Counts what the judge says of one program after the other. */
final class Tally {
    private final int[] executedSteps = new int[Program.MAX_STEPS + 1];
    private final Map<String, Long> reasons = new TreeMap<>();
    private final Map<String, Long> passed = new TreeMap<>();
    private final Set<Long> signal = new HashSet<>();
    private final Map<String, ProfileCounts> profiles = new LinkedHashMap<>();
    private long programs;
    private long judged;
    private long operations;
    private long pass;
    private long violation;
    private long inconclusive;

    Tally(List<String> profiles) {
        profiles.forEach(profile -> this.profiles.put(profile, ProfileCounts.NONE));
    }

    /** Counts a run in a profile; answers what of its behaviour no run before has shown. */
    Set<Long> add(String profile, Judgement judgement) {
        programs++;
        operations += judgement.executedSteps();
        if (judgement.judged()) {
            judged++;
            executedSteps[judgement.executedSteps()]++;
        }
        switch (judgement.verdict()) {
            case PASS -> pass++;
            case VIOLATION -> violation++;
            case INCONCLUSIVE -> {
                inconclusive++;
                reasons.merge(reason(judgement.inconclusive().get(0)), 1L, Long::sum);
            }
        }
        judgement.passed().forEach((invariant, count) -> passed.merge(invariant, (long) count, Long::sum));
        Set<Long> fresh = new HashSet<>(judgement.signal());
        fresh.removeAll(signal);
        signal.addAll(fresh);
        profiles.merge(
                profile,
                new ProfileCounts(
                        1, judgement.judged() ? 1 : 0, judgement.verdict() == Verdict.VIOLATION ? 1 : 0, fresh.size()),
                ProfileCounts::plus);
        return fresh;
    }

    /** The reason without the step's number, so that equal reasons are counted as one. */
    private static String reason(String text) {
        return text.replaceFirst("^step \\d+ ", "").replaceFirst("^step \\d+: ", "");
    }

    /** Median of the executed steps of judged programs. */
    int medianSteps() {
        long seen = 0;
        for (int steps = 0; steps < executedSteps.length; steps++) {
            seen += executedSteps[steps];
            if (seen * 2 >= judged && judged > 0) {
                return steps;
            }
        }
        return 0;
    }

    CampaignCounts counts() {
        return new CampaignCounts(
                programs,
                judged,
                operations,
                medianSteps(),
                pass,
                violation,
                inconclusive,
                Map.copyOf(reasons),
                Map.copyOf(passed),
                signal.size(),
                profiles);
    }
}
