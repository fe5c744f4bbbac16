// SPDX-License-Identifier: Apache-2.0
/** Tools in a container instead of on this machine. Nothing else of pinfuzz loads a class of the container libraries. */
package org.pinfuzz.vm.container;
