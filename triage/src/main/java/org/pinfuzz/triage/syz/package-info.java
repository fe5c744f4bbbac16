// SPDX-License-Identifier: Apache-2.0
/** Programs in the language of syzkaller, written and read. */
package org.pinfuzz.triage.syz;
