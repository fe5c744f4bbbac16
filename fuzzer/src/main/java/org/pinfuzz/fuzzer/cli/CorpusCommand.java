// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.pinfuzz.corpus.CorpusEntry;
import org.pinfuzz.corpus.CorpusStore;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.corpus.StoreException;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pinfuzz corpus}: looks into a campaign's directory. */
@Command(
        name = "corpus",
        mixinStandardHelpOptions = true,
        header = "Look at the programs and findings of a campaign.",
        description = "Reads what a campaign left in its directory: programs that showed something new, and findings."
                + " A campaign may be writing there meanwhile.",
        footer = {
            "",
            "Examples:",
            "  pinfuzz corpus list                        what is in pinfuzz-out",
            "  pinfuzz corpus list --out nightly          what is in another directory",
            "  pinfuzz corpus show 3f9a                   a program, by the first digits of its digest",
            "  pinfuzz corpus show LT-ZONE-3f9a1c2b       a finding, by its id",
            "  pinfuzz corpus export --format kselftest   all of it as a test of the kernel's"
        },
        subcommands = {CorpusCommand.ListAll.class, CorpusCommand.Show.class, CorpusExportCommand.class})
final class CorpusCommand implements Runnable {
    private static final String PROGRAM = "program.json";
    /** Enough digits to tell programs of one corpus apart. */
    private static final int SHOWN_DIGITS = 12;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "pinfuzz corpus needs a command: list, show or export");
    }

    private static CorpusStore programs(CampaignDirectoryOption out) {
        return new CorpusStore(out.corpus(), Operations.JSON);
    }

    /** Opening a store makes its directory, which looking must not do. */
    private static void requireCampaign(CampaignDirectoryOption out) {
        if (!Files.isDirectory(out.corpus()) && !Files.isDirectory(out.findings())) {
            throw new CommandError("looking for a campaign in "
                    + out.directory().toAbsolutePath().normalize()
                    + " failed: there is neither a corpus nor a findings directory in it; name the directory of a"
                    + " campaign with --out");
        }
    }

    private static List<FindingRecord> findings(CampaignDirectoryOption out, List<String> problems) {
        List<FindingRecord> records = new ArrayList<>();
        if (Files.isDirectory(out.findings())) {
            FindingStore store = new FindingStore(out.findings());
            for (String id : store.list()) {
                try {
                    records.add(store.load(id));
                } catch (StoreException e) {
                    problems.add(String.valueOf(e.getMessage()));
                }
            }
        }
        return records;
    }

    private static void describe(FindingRecord finding, ObjectNode node) {
        node.put("id", finding.id())
                .put("invariant", finding.invariant())
                .put("label", finding.label())
                .put("operations", finding.operations())
                .put("hits", finding.hits())
                .put("runs", finding.runs())
                .put("sightings", finding.sightings())
                .put("kernelRelease", finding.kernelRelease())
                .put("profile", finding.profile())
                .put("seed", finding.seed())
                .put("index", finding.index());
        ArrayNode known = node.putArray("knownBugs");
        finding.knownBugs().forEach(known::add);
        node.put("knownBugsCompared", finding.knownBugsCompared());
        ArrayNode others = node.putArray("otherViolations");
        finding.otherViolations().forEach(others::add);
    }

    private static void describe(CorpusEntry entry, ObjectNode node) {
        node.put("digest", Operations.JSON.digest(entry.program()))
                .put("operations", entry.program().size())
                .put("seed", entry.seed())
                .put("index", entry.index())
                .put("profile", entry.profile())
                .put("newSignal", entry.signal().size());
        ArrayNode parents = node.putArray("parents");
        entry.parents().forEach(parents::add);
    }

    /** {@code pinfuzz corpus list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            header = "List programs and findings.",
            description = "Findings come first: how often the shrunk program hit in how many runs, and how often the"
                    + " campaign came upon it. Then the programs, in the order in which they were found.",
            exitCodeList = {
                "0:done",
                "1:there is no campaign in that directory, or some of its files are damaged; the message says which",
                "2:the command line was not understood"
            },
            footer = {"", "Example:", "  pinfuzz corpus list --out nightly --json corpus.json"})
    static final class ListAll implements Callable<Integer> {
        static final String FORMAT = "pinfuzz-corpus-list";
        static final int VERSION = 1;

        @Spec
        private CommandSpec spec;

        @Mixin
        private CampaignDirectoryOption directory;

        @Mixin
        private JsonOption json;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            requireCampaign(directory);
            List<String> problems = new ArrayList<>();
            List<FindingRecord> findings = findings(directory, problems);
            List<CorpusEntry> entries = new ArrayList<>();
            if (Files.isDirectory(directory.corpus())) {
                CorpusStore.Contents contents = programs(directory).loadAll();
                entries.addAll(contents.entries());
                problems.addAll(contents.problems());
            }
            entries.sort(Comparator.comparingLong(CorpusEntry::seed).thenComparingLong(CorpusEntry::index));
            if (!json.replacesText()) {
                print(findings, entries, out);
            }
            JsonReport report = JsonReport.of(FORMAT, VERSION);
            ArrayNode findingList = report.root().putArray("findings");
            findings.forEach(finding -> describe(finding, findingList.addObject()));
            ArrayNode programList = report.root().putArray("programs");
            entries.forEach(entry -> describe(entry, programList.addObject()));
            ArrayNode problemList = report.root().putArray("problems");
            problems.forEach(problemList::add);
            json.write(report, out);
            problems.forEach(problem -> spec.commandLine().getErr().println("pinfuzz: " + problem));
            return problems.isEmpty() ? 0 : 1;
        }

        private static String known(FindingRecord finding) {
            if (!finding.knownBugs().isEmpty()) {
                return String.join(", ", finding.knownBugs());
            }
            return finding.knownBugsCompared() > 0 ? "none of " + finding.knownBugsCompared() : "not compared";
        }

        private static void print(List<FindingRecord> findings, List<CorpusEntry> entries, PrintWriter out) {
            out.println(findings.size() + " findings");
            if (!findings.isEmpty()) {
                TextTable table = new TextTable("ID", "LABEL", "STEPS", "HITS", "SEEN", "KERNEL", "KNOWN BUGS");
                for (FindingRecord finding : findings) {
                    table.row(
                            finding.id(),
                            finding.label(),
                            finding.operations(),
                            finding.hits() + "/" + finding.runs(),
                            finding.sightings(),
                            finding.kernelRelease(),
                            known(finding));
                }
                table.print(out);
            }
            out.println();
            out.println(entries.size() + " programs");
            if (!entries.isEmpty()) {
                TextTable table = new TextTable("DIGEST", "STEPS", "SEED", "INDEX", "PARENTS", "NEW SIGNAL");
                for (CorpusEntry entry : entries) {
                    table.row(
                            Operations.JSON.digest(entry.program()).substring(0, SHOWN_DIGITS),
                            entry.program().size(),
                            entry.seed(),
                            entry.index(),
                            entry.parents().size(),
                            entry.signal().size());
                }
                table.print(out);
            }
        }
    }

    /** {@code pinfuzz corpus show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            header = "Show a program or a finding, step by step.",
            description =
                    "Prints where a program came from and its steps; of a finding, the shrunk program. What its guest"
                            + " saw at each step shows with pinfuzz replay.",
            exitCodeList = {
                "0:done",
                "1:there is no such program or finding, or its file is damaged",
                "2:the command line was not understood"
            },
            footer = {
                "",
                "Examples:",
                "  pinfuzz corpus show 3f9a",
                "  pinfuzz corpus show LT-ZONE-3f9a1c2b --json -   as JSON (docs/formats/reports.md)"
            })
    static final class Show implements Callable<Integer> {
        static final String FORMAT = "pinfuzz-corpus-program";
        static final int VERSION = 1;

        @Spec
        private CommandSpec spec;

        @Parameters(
                paramLabel = "NAME",
                description = "The id of a finding, or the first digits of a program's digest, as many as tell it from"
                        + " the others.")
        private String name = "";

        @Mixin
        private CampaignDirectoryOption directory;

        @Mixin
        private JsonOption json;

        @Override
        public Integer call() {
            requireCampaign(directory);
            JsonReport report = JsonReport.of(FORMAT, VERSION);
            if (Files.isDirectory(directory.findings())) {
                FindingStore store = new FindingStore(directory.findings());
                if (store.list().contains(name)) {
                    FindingRecord finding = store.load(name);
                    String origin = store.path(name).resolve(PROGRAM).toString();
                    Program program = Operations.JSON.read(store.read(name, PROGRAM), origin);
                    describe(finding, report.root().putObject("finding"));
                    show(title(finding), program, report);
                    return 0;
                }
            }
            CorpusEntry entry = entry();
            describe(entry, report.root().putObject("entry"));
            show(title(entry), entry.program(), report);
            return 0;
        }

        private CorpusEntry entry() {
            List<String> digests =
                    Files.isDirectory(directory.corpus()) ? programs(directory).list() : List.of();
            List<String> meant =
                    digests.stream().filter(digest -> digest.startsWith(name)).toList();
            if (meant.size() == 1) {
                return programs(directory).load(meant.get(0));
            }
            String where = directory.directory().toAbsolutePath().normalize().toString();
            throw new CommandError("looking for " + name + " in " + where + " failed: "
                    + (meant.isEmpty()
                            ? "it is neither the id of a finding nor the beginning of a program's digest; pinfuzz corpus"
                                    + " list shows them all"
                            : meant.size() + " programs begin so; give more digits"));
        }

        private void show(String title, Program program, JsonReport report) {
            PrintWriter out = spec.commandLine().getOut();
            if (!json.replacesText()) {
                out.println(title);
                TextTable table = new TextTable("STEP", "TASK", "OPERATION", "ARGUMENTS");
                for (int i = 0; i < program.size(); i++) {
                    Step step = program.steps().get(i);
                    table.row(i, "t" + step.task(), step.operation().name(), step.argumentText());
                }
                table.print(out);
            }
            report.root().set("program", Operations.JSON.toJson(program));
            json.write(report, out);
        }

        private static String title(FindingRecord finding) {
            Stream<String> others = finding.otherViolations().stream();
            return finding.id() + ": " + finding.label() + " of " + finding.invariant() + " on "
                    + finding.kernelRelease() + ", " + finding.hits() + " of " + finding.runs() + " runs, seen "
                    + finding.sightings() + " times"
                    + others.reduce("", (text, other) -> text + (text.isEmpty() ? "; also breaks " : ", ") + other);
        }

        private static String title(CorpusEntry entry) {
            return Operations.JSON.digest(entry.program()) + ": program " + entry.index() + " of seed " + entry.seed()
                    + (entry.parents().isEmpty() ? ", drawn" : ", made of " + String.join(", ", entry.parents()));
        }
    }
}
