// SPDX-License-Identifier: Apache-2.0
/** Which commit of a kernel tree brought a bug in. */
package org.pinfuzz.fuzzer.bisect;
