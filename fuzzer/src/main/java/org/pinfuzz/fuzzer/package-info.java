// SPDX-License-Identifier: Apache-2.0
/** Campaigns, judging and the command line, where guests and triage meet. */
package org.pinfuzz.fuzzer;
