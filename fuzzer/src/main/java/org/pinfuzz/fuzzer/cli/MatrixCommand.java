// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.fuzzer.bisect.Bisection;
import org.pinfuzz.fuzzer.bisect.GitWorktree;
import org.pinfuzz.fuzzer.bisect.KernelRevisionBuild;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.triage.export.Reproducer;
import org.pinfuzz.triage.matrix.Cell;
import org.pinfuzz.triage.matrix.Matrix;
import org.pinfuzz.triage.matrix.MatrixSvg;
import org.pinfuzz.triage.report.HtmlReport;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.kernel.CatalogueKernel;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.KernelStore;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.Instruments;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** On which kernels a program breaks. */
@Command(
        name = "matrix",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a finding's program, or any program, on every kernel that is on this machine, each time on a freshly"
                    + " restored guest, and says where it breaks and where it does not.",
            "",
            "Names the nearest pair of kernels of which one fails and one passes. With --kernel-tree, --good and --bad"
                    + " it looks for the commit between two revisions of a git tree instead, see docs/matrix.md."
        },
        footer = {
            "",
            "Exit codes: 0 it broke nowhere, 3 it broke somewhere, 1 it could not be run, 2 wrong usage. Of a"
                    + " bisection: 0 the commit is named, 1 it could not be found.",
            "",
            "Examples:",
            "  pinfuzz matrix LT-ZONE-3f9a1c2b --runs 5 --svg matrix.svg",
            "  pinfuzz matrix program.json --kernels debian-5.10,debian-6.1,mutants-6.12:fork-shares-pinned --profiles"
                    + " all",
            "  pinfuzz matrix program.json --kernel-tree ~/src/linux --good v6.12 --bad v6.13"
        })
final class MatrixCommand implements Callable<Integer> {
    private static final int FOUND = 3;
    private static final int MAX_RUNS = 1_000;
    private static final String ALL = "all";
    private static final String PAGE = "report.html";
    /** Between a kernel's name and the protection that it runs without. */
    private static final String WITHOUT = ":";

    @Mixin
    private ReproducerArgument reproducer = new ReproducerArgument();

    @Option(
            names = "--kernels",
            paramLabel = "LIST",
            split = ",",
            description = {
                "Kernels of the catalogue, separated by commas; NAME:MUTANT is one without a protection"
                        + " (docs/mutants.md). Those that are not here are fetched or built.",
                "Default: all that are here, the others are listed."
            })
    private List<String> kernels = new ArrayList<>();

    @Option(
            names = "--profiles",
            paramLabel = "LIST",
            split = ",",
            description = {
                "Machines that the guests are, see docs/profiles.md, separated by commas; all for each.",
                "Default: that of the finding, else movable."
            })
    private List<String> profiles = new ArrayList<>();

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "3",
            description = "Runs in each cell. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(
            names = "--invariant",
            paramLabel = "ID",
            description = "Count only what breaks this invariant. Default: that of the finding, else any.")
    private Optional<String> invariant = Optional.empty();

    @Option(
            names = "--guests",
            paramLabel = "N",
            description = "Guests that run at the same time. Default: one for each processor of this machine.")
    private int guests = Runtime.getRuntime().availableProcessors();

    @Option(names = "--svg", paramLabel = "FILE", description = "Also write the table as a picture into FILE.")
    private Optional<String> svg = Optional.empty();

    @ArgGroup(exclusive = false)
    private Range range = new Range();

    /** What is bisected: all of it is given, or nothing. */
    static final class Range {
        @Option(
                names = "--kernel-tree",
                paramLabel = "DIR",
                required = true,
                description = "A git tree of the kernel with a .config in it: bisect there.")
        private Path tree = Path.of("");

        @Option(
                names = "--good",
                paramLabel = "REV",
                required = true,
                description = "A revision of it that does not break.")
        private String good = "";

        @Option(names = "--bad", paramLabel = "REV", required = true, description = "A later one that breaks.")
        private String bad = "";

        private boolean given() {
            return !good.isEmpty();
        }
    }

    @Mixin
    private ToolboxOption toolbox = new ToolboxOption();

    @Mixin
    private JsonOption json = new JsonOption();

    @Spec
    private CommandSpec spec;

    /** A kernel that is asked for, and the protection that it runs without. */
    private record Wanted(String kernel, Optional<String> mutant) {
        static Wanted of(String text) {
            int colon = text.indexOf(WITHOUT);
            return colon < 0
                    ? new Wanted(text, Optional.empty())
                    : new Wanted(text.substring(0, colon), Optional.of(text.substring(colon + 1)));
        }

        String text() {
            return kernel + mutant.map(name -> WITHOUT + name).orElse("");
        }
    }

    @Override
    public Integer call() {
        if (runs < 1 || runs > MAX_RUNS) {
            throw new CommandError("--runs is " + runs + "; give a number from 1 to " + MAX_RUNS);
        }
        GuestOptions.requireGuests(guests);
        InvariantNames.requireKnown(invariant);
        json.requireWritable();
        svg.ifPresent(JsonReport::requireWritable);
        Reproducer subject = reproducer.read("running");
        List<String> recorded = reproducer.recordedOptions();
        toolbox.recorded(recorded);
        PrintWriter text = json.text(spec.commandLine());
        Optional<String> counted = invariant.or(subject::invariant);
        return range.given()
                ? bisect(range, subject, counted, recorded, text)
                : matrix(subject, counted, recorded, text);
    }

    private int matrix(Reproducer subject, Optional<String> counted, List<String> recorded, PrintWriter text) {
        Installation installation = Installation.detect();
        KernelStore store = GuestSession.store(installation, text::println);
        List<GuestProfile> machines = machines(recorded);
        List<String> notFetched = new ArrayList<>();
        List<Wanted> wanted = wanted(store, recorded, notFetched);
        List<Matrix.Row> rows = new ArrayList<>();
        try (Toolbox tools = toolbox.open(installation, List::of, text::println)) {
            for (Wanted one : wanted) {
                rows.add(row(installation, tools, store.fetch(one.kernel()), one, machines, subject, counted, text));
            }
        }
        Matrix matrix = new Matrix(subject.name(), counted, rows, notFetched);
        MatrixReport.print(matrix, text);
        String picture = MatrixSvg.draw(matrix);
        svg.ifPresent(file -> JsonReport.writeText("picture", file, picture));
        JsonReport report = MatrixReport.of(matrix);
        json.write(report, spec.commandLine().getOut());
        keep(report, picture);
        boolean measured = rows.stream()
                .flatMap(row -> row.cells().values().stream())
                .anyMatch(cell -> cell.fails() || cell.passes());
        if (!measured) {
            throw new CommandError("running " + subject.name() + " failed: on none of the kernels could it be judged;"
                    + " the table says why");
        }
        return rows.stream().flatMap(row -> row.cells().values().stream()).anyMatch(Cell::fails) ? FOUND : 0;
    }

    /** A finding keeps its last matrix. */
    private void keep(JsonReport report, String picture) {
        reproducer.findingDirectory().ifPresent(directory -> {
            FindingStore findings = new FindingStore(directory.getParent());
            String id = directory.getFileName().toString();
            findings.put(id, "matrix.json", report.root().toPrettyString() + "\n");
            findings.put(id, "matrix.svg", picture);
            if (Files.isRegularFile(directory.resolve(PAGE))) {
                findings.put(id, PAGE, HtmlReport.withMatrix(findings.read(id, PAGE), picture));
            }
        });
    }

    private Matrix.Row row(
            Installation installation,
            Toolbox tools,
            Kernel kernel,
            Wanted wanted,
            List<GuestProfile> machines,
            Reproducer subject,
            Optional<String> counted,
            PrintWriter text) {
        Map<String, Cell> cells = new LinkedHashMap<>();
        for (GuestProfile machine : machines) {
            GuestProfile profile = wanted.mutant()
                    .map(name -> machine.with(machine.instruments().withMutant(name)))
                    .orElse(machine);
            List<String> missing = profile.missingIn(kernel.config());
            Cell cell;
            if (missing.isEmpty()) {
                cell = cell(installation, tools, kernel, profile, subject, counted, text);
            } else {
                cell = new Cell.Unavailable("configured without " + String.join(", ", missing));
            }
            cells.put(machine.name(), cell);
            text.println(wanted.text() + ", " + machine.name() + ": " + cell.text());
            text.flush();
        }
        return new Matrix.Row(wanted.text(), kernel.release(), cells);
    }

    private Cell cell(
            Installation installation,
            Toolbox tools,
            Kernel kernel,
            GuestProfile profile,
            Reproducer subject,
            Optional<String> counted,
            PrintWriter text) {
        try (GuestSession session = GuestSession.open(installation, tools, kernel, profile, guests, line -> {
            text.println(line);
            text.flush();
        })) {
            return Cell.Measured.of(session.runner().runAlone(subject.program(), runs), counted);
        } catch (VmException e) {
            // One kernel that does not start here must not hide what the others say.
            return new Cell.Unavailable(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private List<Wanted> wanted(KernelStore store, List<String> recorded, List<String> notFetched) {
        List<Wanted> wanted = new ArrayList<>();
        if (!kernels.isEmpty()) {
            kernels.stream().distinct().map(Wanted::of).forEach(wanted::add);
            // All names are looked at before hours are spent on the first.
            wanted.forEach(one -> store.catalogue().kernel(one.kernel()));
            return wanted;
        }
        for (CatalogueKernel kernel : store.catalogue().kernels()) {
            if (store.find(kernel.name()).isPresent()) {
                wanted.add(new Wanted(kernel.name(), Optional.empty()));
            } else {
                notFetched.add(kernel.name());
            }
        }
        value(recorded, "--mutant")
                .ifPresent(mutant -> value(recorded, "--kernel")
                        .ifPresent(kernel -> wanted.add(new Wanted(kernel, Optional.of(mutant)))));
        if (wanted.isEmpty()) {
            throw new CommandError("no kernel of the catalogue is on this machine; name some with --kernels, or fetch"
                    + " one with `pinfuzz kernels fetch NAME`");
        }
        return wanted;
    }

    private List<GuestProfile> machines(List<String> recorded) {
        Instruments instruments =
                recorded.contains("--no-module") ? Instruments.DEFAULT.withoutModule() : Instruments.DEFAULT;
        if (value(recorded, "--mempinfd").filter("rfc"::equals).isPresent()) {
            instruments = instruments.withMempinfd(Instruments.Mempinfd.RFC);
        }
        if (value(recorded, "--canary").isPresent()) {
            throw new CommandError("running " + reproducer.text() + " failed: it was found with a planted fault of the"
                    + " module (--canary), which says nothing of kernels");
        }
        List<String> names = profiles.isEmpty()
                ? List.of(value(recorded, "--profile").orElse(GuestProfile.DEFAULT.name()))
                : profiles;
        Instruments all = instruments;
        List<GuestProfile> machines = names.contains(ALL)
                ? GuestProfile.all()
                : names.stream().distinct().map(MatrixCommand::named).toList();
        return machines.stream().map(machine -> machine.with(all)).toList();
    }

    private static GuestProfile named(String name) {
        return GuestProfile.named(name)
                .orElseThrow(() -> new CommandError("--profiles names " + name + ", which is no profile; there are "
                        + String.join(", ", GuestProfile.names()) + ", " + ALL));
    }

    private static Optional<String> value(List<String> options, String name) {
        int index = options.indexOf(name);
        return index >= 0 && index + 1 < options.size() ? Optional.of(options.get(index + 1)) : Optional.empty();
    }

    private int bisect(
            Range asked, Reproducer subject, Optional<String> counted, List<String> recorded, PrintWriter text) {
        if (!kernels.isEmpty() || svg.isPresent()) {
            throw new CommandError("--kernel-tree bisects, which has no table; leave out --kernels and --svg");
        }
        List<GuestProfile> machines = machines(recorded);
        if (machines.size() > 1) {
            throw new CommandError("--profiles names " + profiles + ", but a bisection runs in one; name one");
        }
        Path repository = asked.tree.toAbsolutePath().normalize();
        Path config = repository.resolve(".config");
        if (!Files.isRegularFile(config)) {
            throw new CommandError("bisecting " + repository + " failed: there is no .config in it, with which every"
                    + " revision is built; copy one there");
        }
        Installation installation = Installation.detect();
        Path worktree = installation
                .cache()
                .resolve("bisect")
                .resolve(repository.getFileName() + "-" + Integer.toHexString(repository.hashCode()));
        try (Toolbox tools = toolbox.open(installation, () -> List.of(repository), text::println);
                GitWorktree tree = GitWorktree.add(repository, worktree, asked.good)) {
            Bisection bisection = new Bisection(
                    tree,
                    new KernelRevisionBuild(installation, tools, config, machines.get(0), guests, text::println),
                    subject.program(),
                    counted,
                    line -> {
                        text.println(line);
                        text.flush();
                    });
            Bisection.Result result = bisection.run(asked.good, asked.bad);
            result.suspects()
                    .forEach(commit -> text.println((result.suspects().size() == 1 ? "first bad commit: " : "perhaps: ")
                            + commit + " " + tree.subject(commit)));
            text.printf(
                    java.util.Locale.ROOT,
                    "hit rate %.2f, %d runs without a hit make a commit good, confidence %.3f%n",
                    result.hitRate(),
                    result.goodRuns(),
                    result.confidence());
            text.flush();
            json.write(report(subject, result, tree), spec.commandLine().getOut());
            return 0;
        }
    }

    private static JsonReport report(Reproducer subject, Bisection.Result result, GitWorktree tree) {
        JsonReport report = JsonReport.of("pinfuzz-bisection", 1);
        ObjectNode root = report.root();
        root.put("subject", subject.name());
        ArrayNode suspects = root.putArray("suspects");
        result.suspects()
                .forEach(commit -> suspects.addObject().put("commit", commit).put("title", tree.subject(commit)));
        root.put("hitRate", result.hitRate()).put("goodRuns", result.goodRuns()).put("confidence", result.confidence());
        ArrayNode tried = root.putArray("tried");
        result.tried()
                .forEach(one -> tried.addObject()
                        .put("commit", one.commit())
                        .put("title", one.subject())
                        .put("mark", one.mark().name().toLowerCase(java.util.Locale.ROOT))
                        .put("hits", one.hits())
                        .put("runs", one.runs())
                        .put("note", one.note()));
        return report;
    }
}
