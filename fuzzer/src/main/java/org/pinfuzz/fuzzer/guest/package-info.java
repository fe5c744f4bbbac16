// SPDX-License-Identifier: Apache-2.0
/** Guests as the rest of pinfuzz asks for them: programs in, judged runs out. */
package org.pinfuzz.fuzzer.guest;
