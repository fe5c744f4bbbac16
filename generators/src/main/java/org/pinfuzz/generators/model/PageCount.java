// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

/**
 * A number of pages, where the model may not know it exactly.
 *
 * @param least at least so many
 * @param most at most so many
 */
public record PageCount(long least, long most) {
    public boolean allows(long seen) {
        return seen >= least && seen <= most;
    }

    /** How many more there are than before. */
    public PageCount since(PageCount before) {
        return new PageCount(
                Math.min(least - before.least, most - before.most), Math.max(least - before.least, most - before.most));
    }

    @Override
    public String toString() {
        return least == most ? Long.toString(least) : least + ".." + most;
    }
}
