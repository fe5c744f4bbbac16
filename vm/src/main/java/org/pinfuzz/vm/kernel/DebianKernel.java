// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stock kernel of Debian, as the catalogue describes it.
 *
 * @param name what users call it
 * @param title one line about it
 * @param abi the part of its package names between {@code linux-image-} and the flavour; {@code *} stands for digits
 * @param flavour last part of its package names
 * @param suites where its packages are
 */
public record DebianKernel(String name, String title, String abi, String flavour, List<Suite> suites)
        implements CatalogueKernel {
    public DebianKernel {
        requireNonNull(name, "name is null");
        requireNonNull(title, "title is null");
        requireNonNull(abi, "abi is null");
        requireNonNull(flavour, "flavour is null");
        suites = List.copyOf(suites);
    }

    /** The kernel release that an image package of this kernel is for; empty for packages of other kernels. */
    public Optional<String> releaseOf(String imagePackage) {
        Matcher matcher = Pattern.compile("linux-image-(" + abiPattern() + "-" + Pattern.quote(flavour) + ")")
                .matcher(imagePackage);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private String abiPattern() {
        StringBuilder pattern = new StringBuilder();
        String rest = abi;
        int star = rest.indexOf('*');
        while (star >= 0) {
            pattern.append(Pattern.quote(rest.substring(0, star))).append("[0-9]+");
            rest = rest.substring(star + 1);
            star = rest.indexOf('*');
        }
        return pattern.append(Pattern.quote(rest)).toString();
    }
}
