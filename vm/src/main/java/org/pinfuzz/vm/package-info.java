// SPDX-License-Identifier: Apache-2.0
/** Guests: their kernels and images, QEMU, the wire protocol and the pool that hands them out. */
package org.pinfuzz.vm;
