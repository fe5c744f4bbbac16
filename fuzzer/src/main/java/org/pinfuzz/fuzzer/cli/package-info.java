// SPDX-License-Identifier: Apache-2.0
/** The command line: one class per subcommand. */
package org.pinfuzz.fuzzer.cli;
