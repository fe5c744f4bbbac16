// SPDX-License-Identifier: Apache-2.0
/** Bugs of old kernels that are known, as data, and which of them explains what was seen. */
package org.pinfuzz.triage.known;
