// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Orders kernel releases as people do: runs of digits as numbers, what is between them as text. */
final class ReleaseOrder implements Comparator<String> {
    static final ReleaseOrder INSTANCE = new ReleaseOrder();

    private static final Pattern PART = Pattern.compile("[0-9]+|[^0-9]+");

    private ReleaseOrder() {}

    @Override
    public int compare(String left, String right) {
        Matcher leftParts = PART.matcher(left);
        Matcher rightParts = PART.matcher(right);
        while (true) {
            boolean leftMore = leftParts.find();
            boolean rightMore = rightParts.find();
            if (!leftMore || !rightMore) {
                return Boolean.compare(leftMore, rightMore);
            }
            int order = comparePart(leftParts.group(), rightParts.group());
            if (order != 0) {
                return order;
            }
        }
    }

    private static int comparePart(String left, String right) {
        boolean numbers = Character.isDigit(left.charAt(0)) && Character.isDigit(right.charAt(0));
        return numbers ? new BigInteger(left).compareTo(new BigInteger(right)) : left.compareTo(right);
    }
}
