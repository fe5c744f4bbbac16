// SPDX-License-Identifier: Apache-2.0
/** The store of programs, their signals and findings. */
package org.pinfuzz.corpus;
