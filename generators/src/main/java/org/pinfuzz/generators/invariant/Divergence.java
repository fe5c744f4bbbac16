// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;

/**
 * The owner's page table was seen to map another frame than the one that is pinned, or none because it was swapped out.
 *
 * @param where the owner's page, for people
 * @param mappedPfn the frame that is mapped now, 0 when the page was swapped out
 * @param migrated whether something that moves pages ran since the two were last seen to agree
 */
public record Divergence(Pin pin, PinnedPage page, String where, long mappedPfn, boolean migrated) {
    boolean swappedOut() {
        return mappedPfn == 0;
    }

    String expected() {
        return where + " still maps frame " + Long.toHexString(page.pfn()) + ", which k" + pin.number() + " has pinned";
    }

    String seen() {
        return swappedOut() ? "it is swapped out" : "it maps frame " + Long.toHexString(mappedPfn);
    }
}
