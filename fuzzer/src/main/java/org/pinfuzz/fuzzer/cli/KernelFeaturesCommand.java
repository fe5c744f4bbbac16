// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.KernelConfig;
import org.pinfuzz.vm.kernel.KernelFeature;
import org.pinfuzz.vm.kernel.KernelFeatures;
import org.pinfuzz.vm.kernel.KernelTree;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pinfuzz kernels features}. */
@Command(
        name = "features",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        header = "Show what a kernel is configured with, and what that is good for.",
        description = {
            "Shows every feature that something here asks of a kernel: whether it is there, the options that make it, and"
                    + " the operations, machines, invariants and assertions that it enables.",
            "A tree need not be built for that, only configured."
        },
        exitCodeList = {
            "0:guests work in this kernel",
            "1:they do not, as what is needed by every guest is missing; or the kernel cannot be read",
            "2:the command line was not understood"
        },
        footer = {
            "",
            "Examples:",
            "  pinfuzz kernels features debian-6.1",
            "  pinfuzz kernels features --kernel-tree linux",
            "  pinfuzz kernels features --kernel-tree linux --missing-config > missing.config",
            "  cd linux && scripts/kconfig/merge_config.sh .config ../missing.config && make"
        })
final class KernelFeaturesCommand implements Callable<Integer> {
    static final String FORMAT = "pinfuzz-kernel-features";
    static final int VERSION = 1;

    @ArgGroup(exclusive = true, multiplicity = "0..1")
    private Chosen chosen = new Chosen();

    /** One of these. */
    static final class Chosen {
        @Parameters(
                arity = "1",
                paramLabel = "NAME",
                description = "Kernel of the catalogue, see pinfuzz kernels; fetched or built if it is not here.")
        private Optional<String> name = Optional.empty();

        @Option(
                names = "--kernel-tree",
                paramLabel = "DIR",
                description = "A configured kernel tree, or the directory that it is built into with O=.")
        private Optional<Path> tree = Optional.empty();

        @ArgGroup(exclusive = false)
        private KernelFiles files = new KernelFiles();
    }

    @Option(
            names = "--missing-config",
            description =
                    "Print the lines of a configuration that add what is missing, and nothing else. Instruments and"
                            + " what needs a patch are left out.")
    private boolean missingConfig;

    @Mixin
    private JsonOption json;

    @Spec
    private CommandSpec spec;

    /** A kernel as far as its features are asked for. */
    private record Subject(String name, String release, KernelConfig config) {
        KernelVersion version() {
            return KernelVersion.parse(release);
        }
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Subject subject = subject();
        if (missingConfig) {
            KernelFeatures.fragment(subject.version(), subject.config()).forEach(out::println);
            out.flush();
        } else if (!json.replacesText()) {
            show(subject, out);
        }
        json.write(report(subject), out);
        return works(subject) ? 0 : 1;
    }

    private Subject subject() {
        PrintWriter err = spec.commandLine().getErr();
        ProgressListener progress = line -> err.println("pinfuzz: " + line);
        Installation installation = Installation.detect();
        KernelTree trees = new KernelTree(installation.cache(), new HostTools(), progress);
        return chosen.tree
                .map(tree -> subject(tree, trees.configured(tree)))
                .or(() -> chosen.files
                        .given()
                        .map(files -> subject(files.headers(), trees.configured(files.image(), files.headers()))))
                .or(() -> chosen.name.map(name ->
                        subject(GuestSession.store(installation, progress).fetch(name))))
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "which kernel? Give a NAME, --kernel-tree, or --kernel-image and --kernel-headers"));
    }

    private static Subject subject(Path directory, KernelTree.Configured configured) {
        return new Subject(
                directory.toAbsolutePath().normalize().toString(), configured.release(), configured.config());
    }

    private static Subject subject(Kernel kernel) {
        return new Subject(kernel.name(), kernel.release(), kernel.config());
    }

    private static boolean works(Subject subject) {
        return KernelFeatures.missing(subject.version(), subject.config(), Set.of(KernelFeature.Need.GUEST))
                .isEmpty();
    }

    private static void show(Subject subject, PrintWriter out) {
        out.println(subject.name() + ": " + subject.release());
        for (KernelFeature.Need need : KernelFeature.Need.values()) {
            TextTable table = new TextTable(need.title().toUpperCase(Locale.ROOT), "STATE", "OPTIONS", "ENABLES");
            KernelFeatures.all().stream()
                    .filter(feature -> feature.need() == need)
                    .forEach(feature -> table.row(
                            feature.name(), state(feature, subject), options(feature, subject), enables(feature)));
            out.println();
            table.print(out);
        }
        out.println();
        long missing = KernelFeatures.all().stream()
                .filter(feature -> feature.need().proposed())
                .filter(feature -> feature.state(subject.version(), subject.config()) == KernelFeature.State.MISSING)
                .count();
        out.println((works(subject) ? "Guests work in this kernel." : "No guest works in this kernel.")
                + (missing == 0
                        ? " Nothing is missing but instruments and patches."
                        : " --missing-config prints the lines that add the " + missing + " missing features."));
    }

    private static String state(KernelFeature feature, Subject subject) {
        return switch (feature.state(subject.version(), subject.config())) {
            case THERE -> "there";
            case MISSING -> "MISSING";
            case TOO_OLD -> "from " + feature.since();
        };
    }

    /** The options; of a feature that is missing, those that it is missing for. */
    private static String options(KernelFeature feature, Subject subject) {
        List<KernelFeature.Setting> missing = feature.missing(subject.version(), subject.config());
        return (missing.isEmpty() ? feature.settings(subject.version()) : missing)
                .stream()
                        .map(setting -> (setting.value() == 'n' ? "no " : "") + setting.option())
                        .collect(Collectors.joining(" "));
    }

    private static String enables(KernelFeature feature) {
        String operations = String.join(", ", operations(feature));
        return operations.isEmpty() ? feature.enables() : operations + "; " + feature.enables();
    }

    private static List<String> operations(KernelFeature feature) {
        return feature.facility().stream()
                .flatMap(facility -> Operations.all().stream()
                        .filter(operation -> operation.needs().contains(facility))
                        .map(Operation::name))
                .toList();
    }

    private static JsonReport report(Subject subject) {
        JsonReport report = JsonReport.of(FORMAT, VERSION);
        report.root()
                .put("kernel", subject.name())
                .put("release", subject.release())
                .put("guestsWork", works(subject));
        ArrayNode features = report.root().putArray("features");
        for (KernelFeature feature : KernelFeatures.all()) {
            ObjectNode node = features.addObject()
                    .put("name", feature.name())
                    .put("need", feature.need().name().toLowerCase(Locale.ROOT))
                    .put(
                            "state",
                            feature.state(subject.version(), subject.config())
                                    .name()
                                    .toLowerCase(Locale.ROOT));
            lines(feature.settings(subject.version()).stream(), node.putArray("options"));
            lines(feature.missing(subject.version(), subject.config()).stream(), node.putArray("missing"));
            ArrayNode operations = node.putArray("operations");
            operations(feature).forEach(operations::add);
            node.put("enables", feature.enables());
        }
        return report;
    }

    private static void lines(Stream<KernelFeature.Setting> settings, ArrayNode into) {
        settings.map(KernelFeature.Setting::line).forEach(into::add);
    }
}
