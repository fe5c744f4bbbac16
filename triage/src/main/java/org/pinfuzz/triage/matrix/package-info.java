// SPDX-License-Identifier: Apache-2.0
/** On which kernels and machines a program breaks. */
package org.pinfuzz.triage.matrix;
