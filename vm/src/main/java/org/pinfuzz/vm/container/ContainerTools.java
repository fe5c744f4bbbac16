// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.container;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pinfuzz.vm.CachedDirectory;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.RunningTool;
import org.pinfuzz.vm.ToolRun;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.kernel.Mirrors;
import org.pinfuzz.vm.qemu.Accelerator;
import org.pinfuzz.vm.qemu.AcceleratorProbe;
import org.pinfuzz.vm.qemu.ProcessIdentity;
import org.pinfuzz.vm.qemu.RunDirectories;

/**
 * The tools of the image {@link ToolImage}, in one container that lives as long as this object and never longer than
 * this process. It has no network and no capability, runs as this user, and sees the checkout and kernel trees
 * (read-only), the cache and the run directories under their own names.
 *
 * <p>Programs are started by the container's main process, {@code vm/image/launcher}, which is asked through pipes in a
 * run directory: the engine's own way to start a program in a container takes longer than restoring a guest does, and
 * has no death signal.
 */
public final class ContainerTools implements Toolbox {
    private static final String OWNER_LABEL = "org.pinfuzz.owner";
    private static final Path KVM = Path.of("/dev/kvm");
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration END_LIMIT = Duration.ofSeconds(10);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(60);
    private static final long POLL_MS = 5;
    /** Guests have a dozen threads each, a build one process for each processor. */
    private static final long MAX_PROCESSES = 8192;

    private static final int KILLED = 128 + 9;
    private static final String HELLO = "hello";

    private final DockerClient client;
    private final String image;
    private final String container;
    private final long mainProcess;
    private final Path control;
    private final RandomAccessFile requests;
    private final CompletableFuture<String> greeting = new CompletableFuture<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, ContainerProcess> running = new ConcurrentHashMap<>();
    private final Map<String, Boolean> available = new ConcurrentHashMap<>();

    private ContainerTools(DockerClient client, String image, String container, Path control) throws IOException {
        this.client = client;
        this.image = image;
        this.container = container;
        this.control = control;
        Long pid = client.inspectContainerCmd(container).exec().getState().getPidLong();
        this.mainProcess = pid == null ? 0 : pid;
        // Opened for both directions it opens at once, and still ends when this process does.
        this.requests = new RandomAccessFile(control.resolve("requests").toFile(), "rw");
    }

    /**
     * Starts the container; makes its image if need be, and removes containers whose owners have died.
     *
     * @param directories where guests will run
     * @param readOnly further directories that the tools must see, such as a kernel's build tree
     * @throws VmException when there is no engine, the image cannot be made, or no container starts in it
     */
    public static ContainerTools start(
            Installation installation, RunDirectories directories, List<Path> readOnly, ProgressListener progress) {
        ContainerEngine engine = ContainerEngine.find();
        try {
            sweep(engine.client());
            String image = new ToolImage(engine.client(), installation, Mirrors::ofSystem, progress).obtain();
            return start(engine, image, installation, directories, readOnly);
        } catch (IOException | DockerException e) {
            throw new VmException(
                    "starting the container of the tools in the engine " + engine.version() + " failed: "
                            + e.getMessage() + "; see whether `docker run` works there, or leave --in-container out",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException("starting the container of the tools was interrupted; run it again", e);
        }
    }

    private static ContainerTools start(
            ContainerEngine engine,
            String image,
            Installation installation,
            RunDirectories directories,
            List<Path> readOnly)
            throws IOException, InterruptedException {
        directories.sweep();
        Files.createDirectories(installation.cache());
        Path control = directories.create();
        Files.createDirectory(control.resolve("tmp"));
        List<Bind> binds = new ArrayList<>();
        binds.add(bind(installation.home(), AccessMode.ro));
        for (Path path : readOnly) {
            binds.add(bind(path.toAbsolutePath().normalize(), AccessMode.ro));
        }
        binds.add(bind(installation.cache(), AccessMode.rw));
        binds.add(bind(directories.base(), AccessMode.rw));
        HostConfig host = HostConfig.newHostConfig()
                .withAutoRemove(true)
                .withNetworkMode("none")
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges", "label=disable"))
                .withReadonlyRootfs(true)
                .withPidsLimit(MAX_PROCESSES)
                .withTmpFs(Map.of("/tmp", "rw,exec,nosuid,nodev,mode=1777"))
                .withBinds(binds);
        if (kvmMayWork(installation, directories)) {
            host.withDevices(new Device("rw", KVM.toString(), KVM.toString()))
                    .withGroupAdd(List.of(Files.getAttribute(KVM, "unix:gid").toString()));
        }
        String container = engine.client()
                .createContainerCmd(image)
                .withCmd(
                        "/bin/bash",
                        installation.home().resolve("vm/image/launcher").toString(),
                        control.toString())
                .withUser(engine.rootless() ? "0:0" : user())
                .withEnv("PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp", "LC_ALL=C.UTF-8")
                .withWorkingDir("/")
                .withLabels(Map.of(OWNER_LABEL, ProcessIdentity.ofThisProcess().text()))
                .withHostConfig(host)
                .exec()
                .getId();
        try {
            engine.client().startContainerCmd(container).exec();
            awaitReady(engine.client(), container, control);
            ContainerTools tools = new ContainerTools(engine.client(), image, container, control);
            tools.greet();
            return tools;
        } catch (IOException | InterruptedException | RuntimeException e) {
            remove(engine.client(), container);
            CachedDirectory.deleteTree(control);
            throw e;
        }
    }

    private static Bind bind(Path path, AccessMode mode) {
        return new Bind(path.toString(), new Volume(path.toString()), mode);
    }

    private static String user() throws IOException {
        Path self = Path.of("/proc/self");
        return Files.getAttribute(self, "unix:uid") + ":" + Files.getAttribute(self, "unix:gid");
    }

    /** The device is passed in unless it cannot be opened, or it is known that guests do not run with it. */
    private static boolean kvmMayWork(Installation installation, RunDirectories directories) {
        Optional<Accelerator> known = new AcceleratorProbe(installation.cache(), directories).known();
        return Files.isReadable(KVM)
                && Files.isWritable(KVM)
                && known.map(accelerator -> accelerator.kind() == Accelerator.Kind.KVM)
                        .orElse(true);
    }

    private static void awaitReady(DockerClient client, String container, Path control)
            throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + START_LIMIT.toNanos();
        while (!Files.exists(control.resolve("ready"))) {
            if (!isRunning(client, container)) {
                throw new IOException("it ended at once" + log(control)
                        + " (does the engine run on this machine, and see " + control + "?)");
            }
            if (System.nanoTime() - deadlineNs > 0) {
                throw new IOException("it was not ready within " + START_LIMIT.toSeconds() + " s" + log(control));
            }
            Thread.sleep(POLL_MS);
        }
    }

    private static boolean isRunning(DockerClient client, String container) {
        try {
            return Boolean.TRUE.equals(
                    client.inspectContainerCmd(container).exec().getState().getRunning());
        } catch (DockerException e) {
            // Removed already: it removes itself when it has ended.
            return false;
        }
    }

    private static String log(Path control) throws IOException {
        Path log = control.resolve("launcher.log");
        String text = Files.exists(log) ? Files.readString(log).strip() : "";
        return text.isEmpty() ? "" : ": " + text;
    }

    private void greet() throws IOException, InterruptedException {
        Thread reader = new Thread(this::readEvents, "container-events");
        reader.setDaemon(true);
        reader.start();
        request(List.of(HELLO));
        try {
            greeting.get(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException("its main process does not answer" + log(control), e);
        }
    }

    private void readEvents() {
        try (BufferedReader events = new BufferedReader(new InputStreamReader(
                new FileInputStream(control.resolve("events").toFile()), StandardCharsets.US_ASCII))) {
            for (String line = events.readLine(); line != null; line = events.readLine()) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case HELLO -> greeting.complete(line);
                    case "started" -> running.get(Long.parseLong(words[1])).started(Long.parseLong(words[2]));
                    case "ended" -> running.remove(Long.parseLong(words[1])).ended(Integer.parseInt(words[2]));
                    default -> throw new IOException("the launcher says " + line);
                }
            }
        } catch (IOException e) {
            greeting.completeExceptionally(e);
        } finally {
            // Nothing runs in a container that has ended.
            ended.countDown();
            running.values().forEach(process -> process.ended(KILLED));
        }
    }

    private void request(List<String> words) throws IOException {
        byte[] line = (words.stream().map(ContainerTools::quoted).collect(Collectors.joining(" ")) + "\n")
                .getBytes(StandardCharsets.UTF_8);
        synchronized (requests) {
            requests.write(line);
        }
    }

    /** A word as the launcher's shell reads it, on one line. */
    static String quoted(String word) {
        return "'" + word.replace("'", "'\\''").replace("\n", "'$'\\n''") + "'";
    }

    /** Removes the containers whose owners have died before they were told who that is. */
    private static void sweep(DockerClient client) {
        for (Container left : client.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(List.of(OWNER_LABEL))
                .exec()) {
            boolean abandoned = Optional.ofNullable(left.getLabels().get(OWNER_LABEL))
                    .flatMap(ProcessIdentity::parse)
                    .map(owner -> !owner.alive())
                    .orElse(false);
            if (abandoned) {
                remove(client, left.getId());
            }
        }
    }

    private static void remove(DockerClient client, String container) {
        try {
            client.removeContainerCmd(container).withForce(true).exec();
        } catch (DockerException e) {
            // It is being removed already, or the next start removes it.
            assert !container.isEmpty();
        }
    }

    @Override
    public String name() {
        return "container";
    }

    @Override
    public String description() {
        return "in a container of " + image;
    }

    /** The image that the tools are in. */
    public String image() {
        return image;
    }

    @Override
    public boolean available(String program) {
        return available.computeIfAbsent(program, this::ask);
    }

    private boolean ask(String program) {
        try {
            return new HostCommand(List.of("sh", "-c", "command -v -- \"$1\"", "sh", program), control, ASK_LIMIT)
                    .runForOutput(this)
                    .succeeded();
        } catch (IOException e) {
            throw new VmException(
                    "looking for " + program + " in the image " + image + " failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException("looking for " + program + " in the image " + image + " was interrupted", e);
        }
    }

    @Override
    public String missing(String program, String debianPackage) {
        return program + " is not in the image " + image + "; add the package " + debianPackage
                + " to vm/image/packages";
    }

    @Override
    public Path temporary() {
        return control.resolve("tmp");
    }

    @Override
    public RunningTool start(ToolRun run) throws IOException {
        ContainerProcess process = new ContainerProcess();
        long id = lastId.incrementAndGet();
        running.put(id, process);
        List<String> words = new ArrayList<>(
                List.of("start", Long.toString(id), run.directory().toString()));
        if (run instanceof ToolRun.Guest guest) {
            words.addAll(List.of(guest.input().toString(), guest.output().toString(), "merge"));
            words.addAll(guest.limited());
        } else {
            ToolRun.Command command = (ToolRun.Command) run;
            words.addAll(List.of("/dev/null", command.output().toString(), command.withErrors() ? "merge" : "drop"));
            words.addAll(command.arguments());
        }
        request(words);
        if (ended.getCount() == 0) {
            running.remove(id);
            throw new IOException("starting " + run.arguments().get(0)
                    + " failed: the container of the tools has ended;" + " run it again");
        }
        return process;
    }

    @Override
    public Stream<ProcessHandle> processes() {
        return ProcessHandle.of(mainProcess).stream().flatMap(ProcessHandle::descendants);
    }

    @Override
    public void close() {
        try {
            synchronized (requests) {
                requests.close();
            }
            if (!ended.await(END_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                remove(client, container);
            }
            CachedDirectory.deleteTree(control);
        } catch (IOException e) {
            // Its directory stays; the sweep at the next start removes it.
            remove(client, container);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            remove(client, container);
        }
    }

    /** A program in the container; its number there means nothing outside. */
    private final class ContainerProcess implements RunningTool {
        private final CompletableFuture<Long> pid = new CompletableFuture<>();
        private final CompletableFuture<Integer> status = new CompletableFuture<>();

        void started(long number) {
            pid.complete(number);
        }

        void ended(int exitStatus) {
            pid.cancel(false);
            status.complete(exitStatus);
        }

        @Override
        public OptionalLong pid() {
            return OptionalLong.empty();
        }

        @Override
        public boolean alive() {
            return !status.isDone();
        }

        @Override
        public boolean awaitExit(Duration limit) throws InterruptedException {
            try {
                status.get(limit.toNanos(), TimeUnit.NANOSECONDS);
                return true;
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                throw new IllegalStateException("an exit status is never an exception", e);
            }
        }

        @Override
        public int exitStatus() {
            return status.getNow(KILLED);
        }

        @Override
        public void terminate() {
            signal("TERM");
        }

        @Override
        public void kill() {
            signal("KILL");
        }

        /** Goes out as soon as the launcher has told the number, without waiting for that. */
        private void signal(String name) {
            pid.thenAccept(number -> {
                try {
                    if (alive()) {
                        request(List.of("signal", name, Long.toString(number)));
                    }
                } catch (IOException e) {
                    // The container has ended or is about to, and all that is in it ends with it.
                    ended(KILLED);
                }
            });
        }
    }
}
