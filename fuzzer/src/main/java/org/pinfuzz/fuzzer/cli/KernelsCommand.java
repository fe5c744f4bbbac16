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
import org.pinfuzz.vm.kernel.KernelCatalogue;
import org.pinfuzz.vm.kernel.KernelStore;
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
        header = "List the kernels of the catalogue, or fetch some.",
        description = {
            "Shows every kernel of the catalogue (vm/kernels/*.json): its release, whether it is fetched, whether"
                    + " pinfuzz.ko is built for it, and how many saved guests start from it.",
            "Nothing need be fetched by hand: a command that needs a kernel fetches it, builds the module and boots a"
                    + " guest once. All of it is kept in the cache and may be deleted when nothing runs."
        },
        exitCodeList = {"0:done", "1:the catalogue or the cache cannot be read", "2:the command line was not understood"
        },
        footer = {
            "",
            "Examples:",
            "  pinfuzz kernels                       what there is",
            "  pinfuzz kernels fetch debian-6.1      have one on this machine",
            "  pinfuzz kernels features debian-6.1   what it is configured with, and what for",
            "  pinfuzz kernels --json kernels.json   the same as JSON (docs/formats/reports.md)"
        },
        subcommands = {KernelsCommand.Fetch.class, KernelFeaturesCommand.class})
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
        return new KernelStore(
                KernelCatalogue.read(installation.kernelCatalogue()), installation.cache(), mirror.mirrors(), progress);
    }

    private static void show(List<KernelStatus> kernels, JsonOption json, PrintWriter out) {
        if (!json.replacesText()) {
            TextTable table = new TextTable("NAME", "RELEASE", "FETCHED", "MODULE", "GUESTS", "TITLE");
            for (KernelStatus status : kernels) {
                table.row(
                        status.entry().name(),
                        status.fetched().map(Kernel::release).orElse("-"),
                        status.fetched().isPresent() ? "yes" : "no",
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

    private static void describe(KernelStatus status, ObjectNode node) {
        node.put("name", status.entry().name())
                .put("title", status.entry().title())
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
                "Fetches the newest package of each kernel through apt, which checks its signatures, and unpacks it into"
                        + " the cache; nothing is installed. A kernel that is there stays as it is.",
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
            PrintWriter err = spec.commandLine().getErr();
            Installation installation = Installation.detect();
            KernelStore store = store(installation, mirror, line -> err.println("pinfuzz: " + line));
            // A name that is wrong is told before the first download.
            names.forEach(store.catalogue()::kernel);
            for (String name : names) {
                if (newest) {
                    store.fetchNewest(name);
                } else {
                    store.fetch(name);
                }
            }
            List<KernelStatus> fetched = new Inspection(installation, store, RunDirectories.ofUser())
                    .kernels().stream()
                            .filter(status -> names.contains(status.entry().name()))
                            .toList();
            show(fetched, json, spec.commandLine().getOut());
            return 0;
        }
    }
}
