// SPDX-License-Identifier: Apache-2.0
/** Text that may hold anything inside HTML and SVG. */
package org.pinfuzz.triage.markup;
