// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.container;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Info;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.pinfuzz.vm.VmException;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;

/**
 * The container engine of this machine, as Testcontainers finds it: what {@code DOCKER_HOST} names, else the usual
 * sockets. Of Testcontainers only that is used: its own containers are watched by a further one, whose image comes from
 * a registry, and here a container ends with its owner by itself.
 */
final class ContainerEngine {
    private static final Path SOCKET = Path.of("/var/run/docker.sock");

    private final DockerClient client;
    private final Info info;

    private ContainerEngine(DockerClient client, Info info) {
        this.client = client;
        this.info = info;
    }

    /**
     * The engine that answers. Whether containers start in it shows only when one does.
     *
     * @throws VmException when none answers; the message says where it was looked for and how to get one
     */
    static ContainerEngine find() {
        try {
            List<DockerClientProviderStrategy> known = new ArrayList<>();
            ServiceLoader.load(DockerClientProviderStrategy.class).forEach(known::add);
            DockerClientProviderStrategy found = DockerClientProviderStrategy.getFirstValidStrategy(known);
            return new ContainerEngine(found.getDockerClient(), found.getInfo());
        } catch (RuntimeException | LinkageError e) {
            // What it throws names its own classes; what a user can see and mend is said instead.
            throw new VmException(
                    "looking for a container engine failed: " + tried(Optional.ofNullable(System.getenv("DOCKER_HOST")))
                            + "; start one (Debian: apt-get install docker.io, then systemctl start docker; who is not"
                            + " root must be in the group docker), or set DOCKER_HOST to the address of one on this"
                            + " machine, or leave --in-container out (--no-in-container for a finding that was recorded"
                            + " with it)",
                    e);
        }
    }

    static String tried(Optional<String> dockerHost) {
        if (dockerHost.isPresent()) {
            return "nothing answers at DOCKER_HOST=" + dockerHost.get();
        }
        String state = !Files.exists(SOCKET)
                ? "is not there"
                : Files.isWritable(SOCKET) ? "does not answer" : "may not be opened by this user";
        return "DOCKER_HOST is not set, and " + SOCKET + " " + state;
    }

    DockerClient client() {
        return client;
    }

    /** Whether the engine runs as an ordinary user, who is then root in its containers. */
    boolean rootless() {
        List<String> options = info.getSecurityOptions();
        return options != null && options.stream().anyMatch(option -> option.contains("rootless"));
    }

    /** The engine's name and version, for users. */
    String version() {
        return info.getServerVersion() + " (" + info.getName() + ")";
    }
}
