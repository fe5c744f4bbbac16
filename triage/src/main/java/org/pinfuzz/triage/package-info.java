// SPDX-License-Identifier: Apache-2.0
/** What turns a violation into a finding: confirm, shrink, attribute, export. */
package org.pinfuzz.triage;
