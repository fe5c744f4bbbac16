// SPDX-License-Identifier: Apache-2.0
/** Frames between host and agent; the format is in {@code docs/formats/wire.md}. */
package org.pinfuzz.vm.wire;
