// SPDX-License-Identifier: Apache-2.0
/** The main loop: draw, run, judge, keep, triage. */
package org.pinfuzz.fuzzer.campaign;
