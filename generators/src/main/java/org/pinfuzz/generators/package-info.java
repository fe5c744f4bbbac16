// SPDX-License-Identifier: Apache-2.0
/** The language of programs: operations, handles, model and invariants, and how programs are drawn and written down. */
package org.pinfuzz.generators;
