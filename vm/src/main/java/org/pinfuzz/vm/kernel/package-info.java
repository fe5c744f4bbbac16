// SPDX-License-Identifier: Apache-2.0
/** The kernels under test: which there are, and how they come onto this machine. */
package org.pinfuzz.vm.kernel;
