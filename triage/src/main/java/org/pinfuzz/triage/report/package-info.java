// SPDX-License-Identifier: Apache-2.0
/** A finding as a page for people. */
package org.pinfuzz.triage.report;
