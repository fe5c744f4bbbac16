// SPDX-License-Identifier: Apache-2.0
/** Programs whose results are known, run again and compared. */
package org.pinfuzz.triage.regress;
