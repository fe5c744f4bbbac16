// SPDX-License-Identifier: Apache-2.0
/** Benchmarks: ratios measured in one run, never absolute times. */
package org.pinfuzz.fuzzer.bench;
