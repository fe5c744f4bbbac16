// SPDX-License-Identifier: Apache-2.0
/** What a guest boots: the module and the agent, built for one kernel, in an initramfs. */
package org.pinfuzz.vm.image;
