// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One enabled source of binary packages in the system's package configuration.
 *
 * @param uri the archive's address as it is written there
 * @param suites its suites
 * @param components its components
 * @param keyring the file of keys that its signatures are checked with, where one is named
 */
record AptSource(String uri, List<String> suites, List<String> components, Optional<Path> keyring) {
    AptSource {
        suites = List.copyOf(suites);
        components = List.copyOf(components);
    }
}
