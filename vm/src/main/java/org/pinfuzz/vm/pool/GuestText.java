// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.nio.charset.StandardCharsets;

/** Makes text of what a guest says fit to be shown: nothing of it may reach a terminal as a command. */
final class GuestText {
    private static final int MAX_CHARACTERS = 4000;

    private GuestText() {}

    static String of(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (char c : new String(bytes, StandardCharsets.UTF_8).toCharArray()) {
            if (text.length() >= MAX_CHARACTERS) {
                return text.append("…").toString();
            }
            if (c == '\n' || !Character.isISOControl(c)) {
                text.append(c);
            }
        }
        return text.toString();
    }
}
