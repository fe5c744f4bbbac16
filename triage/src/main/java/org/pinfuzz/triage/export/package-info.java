// SPDX-License-Identifier: Apache-2.0
/** Programs and findings in the languages of other tools. */
package org.pinfuzz.triage.export;
