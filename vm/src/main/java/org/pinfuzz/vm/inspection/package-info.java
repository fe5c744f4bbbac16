// SPDX-License-Identifier: Apache-2.0
/** What of guests' needs is on this machine, for commands that show it. */
package org.pinfuzz.vm.inspection;
