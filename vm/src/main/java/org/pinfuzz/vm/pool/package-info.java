// SPDX-License-Identifier: Apache-2.0
/** Guests that run batches of programs: templates, restores, and what happens when one dies. */
package org.pinfuzz.vm.pool;
