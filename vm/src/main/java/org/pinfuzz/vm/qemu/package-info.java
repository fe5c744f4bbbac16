// SPDX-License-Identifier: Apache-2.0
/** QEMU: its command line, its process, its monitor, and which accelerator works. */
package org.pinfuzz.vm.qemu;
