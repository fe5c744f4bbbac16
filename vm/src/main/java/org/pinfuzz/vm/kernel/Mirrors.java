// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.vm.VmException;

/**
 * Where packages come from and which keys must have signed them.
 *
 * @param debian address of the archive
 * @param debianSecurity address of the archive of security updates
 * @param keyring file of the keys
 */
public record Mirrors(String debian, String debianSecurity, Path keyring) {
    /** What to do about one that does not serve; kernels also come without a command of their own, which has no option for it. */
    static final String NAME_ANOTHER = "name another mirror: pinfuzz kernels fetch (or build) --mirror URL NAME";

    private static final Path SYSTEM_CONFIGURATION = Path.of("/etc/apt");
    /** Has the keys of all suites that are supported, older ones than the host's included. */
    private static final Path ARCHIVE_KEYRING = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");

    private static final Pattern ADDRESS = Pattern.compile("[a-z+]+:[^\\s\\[\\]#]+");
    private static final Pattern DEBIAN_SUITE =
            Pattern.compile("bullseye|bookworm|trixie|forky|sid|oldoldstable|oldstable|stable|testing|unstable");

    public Mirrors {
        requireNonNull(debian, "debian is null");
        requireNonNull(debianSecurity, "debianSecurity is null");
        requireNonNull(keyring, "keyring is null");
    }

    /**
     * The mirrors that this system itself uses.
     *
     * @throws VmException when its configuration names none for Debian
     */
    public static Mirrors ofSystem() {
        return fromConfiguration(SYSTEM_CONFIGURATION);
    }

    /**
     * A mirror that the user names; that of security updates has the same address with {@code -security} behind it, as
     * on all public ones.
     *
     * @throws VmException when it is no address
     */
    public static Mirrors of(String debian) {
        String address = debian.replaceAll("/+$", "");
        if (!ADDRESS.matcher(address).matches()) {
            throw new VmException("taking the mirror \"" + debian
                    + "\" failed: it is no address; give one such as http://mirror.example/debian");
        }
        return new Mirrors(address, address + "-security", keyring(Optional.empty()));
    }

    static Mirrors fromConfiguration(Path aptDirectory) {
        List<AptSource> sources;
        try {
            sources = AptSourceReader.readDirectory(aptDirectory);
        } catch (IOException e) {
            throw new VmException(
                    "reading the package sources in " + aptDirectory + " failed: " + FileFailure.reason(e), e);
        }
        Optional<AptSource> debian =
                find(sources, suite -> DEBIAN_SUITE.matcher(suite).matches(), "/debian");
        if (debian.isEmpty()) {
            throw new VmException("looking for a Debian mirror in " + aptDirectory
                    + " failed: no source there has a Debian suite; " + NAME_ANOTHER);
        }
        Optional<AptSource> security = find(sources, suite -> suite.endsWith("-security"), "/debian-security");
        String address = debian.get().uri().replaceAll("/+$", "");
        return new Mirrors(
                address,
                security.map(source -> source.uri().replaceAll("/+$", "")).orElse(address + "-security"),
                keyring(debian.get().keyring()));
    }

    /** The first source that has such a suite with the component main, one with the usual end of its address first. */
    private static Optional<AptSource> find(List<AptSource> sources, Predicate<String> suite, String usualEnd) {
        List<AptSource> fitting = sources.stream()
                .filter(source -> source.components().contains("main"))
                .filter(source -> source.suites().stream().anyMatch(suite))
                .filter(source ->
                        ADDRESS.matcher(source.uri()).matches() && !source.uri().startsWith("cdrom:"))
                .toList();
        return fitting.stream()
                .filter(source -> source.uri().replaceAll("/+$", "").endsWith(usualEnd))
                .findFirst()
                .or(() -> fitting.stream().findFirst());
    }

    private static Path keyring(Optional<Path> configured) {
        return configured
                .filter(Files::isReadable)
                .or(() -> Optional.of(ARCHIVE_KEYRING).filter(Files::isReadable))
                .orElseThrow(() -> new VmException("looking for the keys of Debian's archive failed: " + ARCHIVE_KEYRING
                        + " is not there; install the package debian-archive-keyring"));
    }

    /** The address of an archive. */
    String address(Suite.Archive archive) {
        return switch (archive) {
            case DEBIAN -> debian;
            case DEBIAN_SECURITY -> debianSecurity;
        };
    }
}
