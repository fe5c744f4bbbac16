// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.vm.VmException;

/**
 * The options that a kernel was configured with.
 *
 * @param options the set ones, without {@code CONFIG_}, each with its value: {@code y}, {@code m}, a number or a text
 *     with its quotes
 */
public record KernelConfig(Map<String, String> options) {
    private static final Pattern LINE = Pattern.compile("CONFIG_([A-Za-z0-9_]+)=(.+)");

    public KernelConfig {
        options = Collections.unmodifiableMap(new TreeMap<>(options));
    }

    /**
     * Reads a {@code .config}.
     *
     * @throws VmException when it cannot be read or sets nothing
     */
    public static KernelConfig read(Path file) {
        Map<String, String> options = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    options.put(matcher.group(1), matcher.group(2));
                }
            }
        } catch (IOException e) {
            throw new VmException("reading the kernel configuration " + file + " failed: " + FileFailure.reason(e), e);
        }
        if (options.isEmpty()) {
            throw new VmException("reading the kernel configuration " + file + " failed: it sets no option");
        }
        return new KernelConfig(options);
    }

    /** Whether an option is built in or a module. */
    public boolean enabled(String option) {
        return value(option)
                .filter(value -> value.equals("y") || value.equals("m"))
                .isPresent();
    }

    /** The value of an option that is set. */
    public Optional<String> value(String option) {
        return Optional.ofNullable(options.get(option));
    }
}
