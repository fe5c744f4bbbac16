// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;

/**
 * The owner's page table was seen to map another frame than the one that is pinned.
 *
 * @param index which page of the pin
 * @param mappedPfn the frame that is mapped now
 * @param migrated whether something that moves pages ran since the two were last seen to agree
 */
public record Divergence(Pin pin, PinnedPage page, int index, long mappedPfn, boolean migrated) {
    String expected() {
        return "t" + pin.maker() + " r" + pin.region() + " page " + (pin.first() + index) + " still maps frame "
                + Long.toHexString(page.pfn()) + ", which k" + pin.number() + " has pinned";
    }

    String seen() {
        return "it maps frame " + Long.toHexString(mappedPfn);
    }
}
