// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.inspection.Inspection;
import org.pinfuzz.vm.inspection.KernelStatus;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.KernelStore;
import org.pinfuzz.vm.kernel.SourceKernel;
import org.pinfuzz.vm.qemu.RunDirectories;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pinfuzz kernels}: which kernels there are, and what of them is on this machine. */
@Command(
        name = "kernels",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        header = "List the kernels of the catalogue, or have some on this machine.",
        description = {
            "Shows every kernel of the catalogue (vm/kernels/*.json): its release, whether it is here, whether"
                    + " pinfuzz.ko is built for it, and how many saved guests start from it. Stock kernels are fetched,"
                    + " the others are built from Debian's source with our patches (docs/kernels.md); one that was"
                    + " built from other patches than those of this checkout counts as not built.",
            "Nothing need be done by hand: a command that needs a kernel fetches or builds it, builds the module and"
                    + " boots a guest once. All of it is kept in the cache and may be deleted when nothing runs."
        },
        exitCodeList = {"0:done", "1:the catalogue or the cache cannot be read", "2:the command line was not understood"
        },
        footer = {
            "",
            "Examples:",
            "  pinfuzz kernels                       what there is",
            "  pinfuzz kernels fetch debian-6.1      have a stock kernel on this machine",
            "  pinfuzz kernels build pin-6.12        build one from source",
            "  pinfuzz kernels features debian-6.1   what it is configured with, and what for",
            "  pinfuzz kernels --json kernels.json   the same as JSON (docs/formats/reports.md)"
        },
        subcommands = {KernelsCommand.Fetch.class, KernelsCommand.Build.class, KernelFeaturesCommand.class})
final class KernelsCommand implements Callable<Integer> {
    static final String FORMAT = "pinfuzz-kernels";
    static final int VERSION = 1;

    @Spec
    private CommandSpec spec;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() {
        Installation installation = Installation.detect();
        // Nothing is fetched here, so no mirror is looked up.
        KernelStore store = store(installation, new MirrorOption(), ProgressListener.SILENT);
        show(
                new Inspection(installation, store, RunDirectories.ofUser()).kernels(),
                json,
                spec.commandLine().getOut());
        return 0;
    }

    /** The kernels of an installation's catalogue. */
    static KernelStore store(Installation installation, MirrorOption mirror, ProgressListener progress) {
        return new KernelStore(installation, mirror.mirrors(), progress);
    }

    private static void show(List<KernelStatus> kernels, JsonOption json, PrintWriter out) {
        if (!json.replacesText()) {
            TextTable table = new TextTable("NAME", "RELEASE", "KERNEL", "MODULE", "GUESTS", "TITLE");
            for (KernelStatus status : kernels) {
                table.row(
                        status.entry().name(),
                        status.fetched().map(Kernel::release).orElse("-"),
                        state(status),
                        status.moduleBuilt() ? "built" : "no",
                        status.templates(),
                        status.entry().title());
            }
            table.print(out);
        }
        JsonReport report = JsonReport.of(FORMAT, VERSION);
        ArrayNode list = report.root().putArray("kernels");
        kernels.forEach(status -> describe(status, list.addObject()));
        json.write(report, out);
    }

    private static String state(KernelStatus status) {
        boolean fromSource = status.entry() instanceof SourceKernel;
        if (status.fetched().isPresent()) {
            return fromSource ? "built" : "fetched";
        }
        return "no";
    }

    private static void describe(KernelStatus status, ObjectNode node) {
        node.put("name", status.entry().name())
                .put("title", status.entry().title())
                .put("source", status.entry() instanceof SourceKernel)
                .put("fetched", status.fetched().isPresent());
        status.fetched().ifPresent(kernel -> {
            node.put("release", kernel.release());
            ObjectNode packages = node.putObject("packages");
            kernel.packageVersions().forEach(packages::put);
        });
        node.put("moduleBuilt", status.moduleBuilt()).put("templates", status.templates());
    }

    /** {@code pinfuzz kernels fetch}. */
    @Command(
            name = "fetch",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            header = "Fetch kernels of the catalogue.",
            description = {
                "Fetches the newest package of each stock kernel through apt, which checks its signatures, and unpacks it"
                        + " into the cache; nothing is installed. A kernel that is there stays as it is.",
                "Kernels from source have a command of their own: pinfuzz kernels build."
            },
            exitCodeList = {
                "0:all of them are there now",
                "1:one could not be fetched; the message says why",
                "2:the command line was not understood"
            },
            footer = {
                "",
                "Examples:",
                "  pinfuzz kernels fetch debian-6.1 debian-6.12",
                "  pinfuzz kernels fetch --newest debian-6.1   also if an older release is there already"
            })
    static final class Fetch implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(arity = "1..*", paramLabel = "NAME", description = "Names of the catalogue, see pinfuzz kernels.")
        private List<String> names = List.of();

        @Option(
                names = "--newest",
                description = "Ask the mirror for a newer release of a kernel that is there already.")
        private boolean newest;

        @Mixin
        private MirrorOption mirror;

        @Mixin
        private JsonOption json;

        @Override
        public Integer call() {
            json.requireWritable();
            PrintWriter err = spec.commandLine().getErr();
            Installation installation = Installation.detect();
            KernelStore store = store(installation, mirror, line -> err.println("pinfuzz: " + line));
            // A name that is wrong is told before the first download.
            for (String name : names) {
                if (store.catalogue().kernel(name) instanceof SourceKernel) {
                    throw new CommandError("fetching the kernel " + name
                            + " failed: it is built from source; run pinfuzz kernels build " + name);
                }
            }
            for (String name : names) {
                if (newest) {
                    store.fetchNewest(name);
                } else {
                    store.fetch(name);
                }
            }
            showNamed(names, installation, store, json, spec.commandLine().getOut());
            return 0;
        }
    }

    private static void showNamed(
            List<String> names, Installation installation, KernelStore store, JsonOption json, PrintWriter out) {
        List<KernelStatus> named = new Inspection(installation, store, RunDirectories.ofUser())
                .kernels().stream()
                        .filter(status -> names.contains(status.entry().name()))
                        .toList();
        show(named, json, out);
    }

    /** {@code pinfuzz kernels build}. */
    @Command(
            name = "build",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            header = "Build kernels of the catalogue from source.",
            description = {
                "Fetches the source package of each kernel through apt, which checks its signatures, applies patches of"
                        + " kmod/patches, configures with files of kmod/config and builds with this machine's gcc. A"
                        + " kernel that was built from just these inputs is used as it is.",
                "A whole build takes 4 to 7 minutes on two cores; a kernel that differs from a built one by patches alone"
                        + " is built in the same tree in a fraction of that. A source takes 1.5 GB of the cache and a"
                        + " build tree about 0.5 GB more; those of older package versions are removed. Log:"
                        + " logs/kernel-NAME.log in the cache. docs/kernels.md says more."
            },
            exitCodeList = {
                "0:all of them are there now",
                "1:one could not be built; the message says why",
                "2:the command line was not understood"
            },
            footer = {
                "",
                "Examples:",
                "  pinfuzz kernels build pin-6.12 pin-7.2",
                "  pinfuzz kernels build --newest pin-6.12   ask the mirror for a newer source package first"
            })
    static final class Build implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(arity = "1..*", paramLabel = "NAME", description = "Names of the catalogue, see pinfuzz kernels.")
        private List<String> names = List.of();

        @Option(
                names = "--newest",
                description = "Ask the mirror for a newer source package than the one that is here.")
        private boolean newest;

        @Mixin
        private MirrorOption mirror;

        @Mixin
        private JsonOption json;

        @Override
        public Integer call() {
            json.requireWritable();
            PrintWriter err = spec.commandLine().getErr();
            Installation installation = Installation.detect();
            try (PreparationProgress progress = PreparationProgress.of(line -> {
                err.println("pinfuzz: " + line);
                err.flush();
            })) {
                KernelStore store = store(installation, mirror, progress);
                // A name that is wrong is told before the first build.
                for (String name : names) {
                    if (!(store.catalogue().kernel(name) instanceof SourceKernel)) {
                        throw new CommandError("building the kernel " + name
                                + " failed: Debian built it; run pinfuzz kernels fetch " + name);
                    }
                }
                for (String name : names) {
                    if (newest) {
                        store.fetchNewest(name);
                    } else {
                        store.fetch(name);
                    }
                }
                showNamed(names, installation, store, json, spec.commandLine().getOut());
            }
            return 0;
        }
    }
}
