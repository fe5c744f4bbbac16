// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.pinfuzz.corpus.CorpusEntry;
import org.pinfuzz.corpus.CorpusStore;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.export.CTest;
import org.pinfuzz.triage.export.CorpusTest;
import org.pinfuzz.triage.export.ExportFormat;
import org.pinfuzz.triage.export.SelftestNotes;
import org.pinfuzz.triage.export.TapResults;
import org.pinfuzz.triage.export.TestCase;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.SelftestTree;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.TestProgramGuests;
import org.pinfuzz.vm.pool.TestProgramGuests.TestRun;
import org.pinfuzz.vm.qemu.RunDirectories;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pinfuzz corpus export}: all programs and findings as one selftest of the kernel. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        header = "Make one kernel selftest of all programs, findings and seeds.",
        description = {
            "A case for each finding and seed, which asserts what it breaks, and for the shortest of the programs that"
                    + " showed something new, which assert that every value is where it was written. Cases are grouped by"
                    + " chapter. All must pass on a good kernel: what does not is left out, and told.",
            "The test is built in the kernel's own selftests and runs in a guest without pinfuzz's module."
        },
        exitCodeList = {
            "0:done",
            "1:no case passes, a file is damaged, or nothing could be written",
            "2:the command line was not understood"
        },
        footer = {
            "",
            "Examples:",
            "  pinfuzz corpus export --format kselftest",
            "  pinfuzz corpus export --format kselftest --out nightly --good pin-7.2 --broken debian-5.10"
        })
final class CorpusExportCommand implements Callable<Integer> {
    /** The name of a test that is made for nobody in particular. */
    private static final String NAME = "pinned_sequences";

    private static final int MOST_CASES = 1_000;
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final String PROGRAM_INVARIANT = "VALUES";

    @Spec
    private CommandSpec spec;

    @Mixin
    private CampaignDirectoryOption campaign;

    @Mixin
    private ToolboxOption toolbox = new ToolboxOption();

    // Not required: picocli would tell of it before it tells of an option that does not exist.
    @Option(names = "--format", paramLabel = "FORMAT", description = "kselftest; there is no other yet.")
    private Optional<ExportFormat> format = Optional.empty();

    @Option(
            names = "--to",
            paramLabel = "DIR",
            defaultValue = "pinfuzz-out/exports",
            description = "Write the files there, replacing them. Default: ${DEFAULT-VALUE}.")
    private Path to = Path.of("pinfuzz-out", "exports");

    @Option(
            names = "--good",
            paramLabel = "NAME",
            defaultValue = "pin-6.12",
            description = "The kernel of the catalogue on which all cases must pass. Default: ${DEFAULT-VALUE}.")
    private String good = "pin-6.12";

    @Option(
            names = "--broken",
            paramLabel = "NAME",
            description =
                    "A kernel of the catalogue on which the finished test runs too, to see which cases fail there.")
    private Optional<String> broken = Optional.empty();

    @Option(
            names = "--cases",
            paramLabel = "N",
            defaultValue = "200",
            description = "Most cases to try: findings and seeds first, then the shortest programs. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int cases;

    /** What a run brought. */
    private record Ran(List<TapResults.Result> results, String output, String end, double seconds) {}

    @Override
    public Integer call() {
        if (format.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "pinfuzz corpus export needs --format kselftest");
        }
        if (format.get() != ExportFormat.KSELFTEST) {
            throw new CommandError("--format is " + format.get()
                    + "; a corpus becomes one kselftest. Single programs: pinfuzz export");
        }
        if (cases < 1 || cases > MOST_CASES) {
            throw new CommandError("--cases is " + cases + "; give a number from 1 to " + MOST_CASES);
        }
        PrintWriter text = spec.commandLine().getOut();
        Installation installation = Installation.detect();
        CorpusTest test = collect(installation);
        try (Toolbox tools = toolbox.open(installation, List::of, text::println)) {
            export(installation, tools, test, text);
            return 0;
        } catch (IOException e) {
            throw new CommandError("exporting the corpus failed: " + FileFailure.reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException("exporting the corpus was interrupted; run it again", e);
        }
    }

    /** Findings and seeds with what they break, then programs. */
    private CorpusTest collect(Installation installation) {
        CorpusTest test = new CorpusTest();
        RegressCases known = RegressCases.read(campaign.findings(), installation.seeds());
        known.findings()
                .forEach(found -> add(
                        test,
                        found.record().id(),
                        found.record().label() + " of " + found.record().invariant() + " on "
                                + found.record().kernelRelease(),
                        found.program(),
                        List.of(found.record().invariant())));
        known.seeds()
                .forEach(sown -> add(
                        test,
                        sown.seed().name(),
                        sown.seed().sentence(),
                        sown.seed().program(),
                        sown.seed().expect().values().stream()
                                .flatMap(List::stream)
                                .toList()));
        if (Files.isDirectory(campaign.corpus())) {
            CorpusStore.Contents contents = new CorpusStore(campaign.corpus(), Operations.JSON).loadAll();
            contents.problems().forEach(problem -> spec.commandLine().getErr().println("pinfuzz: " + problem));
            contents.entries().stream()
                    .map(CorpusEntry::program)
                    .sorted(Comparator.comparingInt(Program::size).thenComparing(Operations.JSON::digest))
                    .forEach(program -> add(
                            test,
                            "program-" + Operations.JSON.digest(program).substring(0, 12),
                            described(program),
                            program,
                            List.of()));
        }
        return test;
    }

    private void add(CorpusTest test, String name, String sentence, Program program, List<String> breaks) {
        if (test.size() < cases) {
            String asserted =
                    breaks.stream().filter(TestCase::canAssert).findFirst().orElse(PROGRAM_INVARIANT);
            test.add(name, sentence, program, asserted);
        }
    }

    /** For programs that nobody wrote a sentence for. */
    private static String described(Program program) {
        return program.steps().stream()
                        .map(step -> step.operation().name())
                        .distinct()
                        .collect(Collectors.joining(", "))
                + ": every value is where it was written";
    }

    private void export(Installation installation, Toolbox tools, CorpusTest test, PrintWriter text)
            throws IOException, InterruptedException {
        Path directory = Files.createDirectories(to.toAbsolutePath().normalize());
        TestProgramGuests guests =
                new TestProgramGuests(installation, RunDirectories.ofUser().with(tools), text::println);
        Kernel kernel = GuestSession.store(installation, text::println).fetch(good);
        text.println(test.size() + " cases to try");
        text.flush();
        List<Ran> runs = new ArrayList<>();
        List<TestCase> settled = test.settle(tried -> {
            Ran ran = run(guests, kernel, build(installation, tools, directory, tried), tried.size());
            runs.add(ran);
            text.println(told(ran));
            text.flush();
            return ran.results();
        });
        tell(test.left(), text);
        if (settled.isEmpty()) {
            throw new CommandError("exporting the corpus failed: no case passes on " + kernel.release()
                    + "; give another kernel with --good");
        }
        Ran last = runs.get(runs.size() - 1);
        Map<String, String> files = new LinkedHashMap<>();
        files.putAll(SelftestNotes.of(NAME, settled));
        files.put(NAME + ".good.txt", last.output());
        text.println(String.format(
                Locale.ROOT,
                "%d cases pass on %s in %.1f s, the guest's start with them",
                settled.size(),
                kernel.release(),
                last.seconds()));
        if (broken.isPresent()) {
            Kernel bad = GuestSession.store(installation, text::println).fetch(broken.get());
            Ran ran = run(guests, bad, directory.resolve(NAME), settled.size());
            files.put(NAME + ".broken.txt", ran.output());
            text.println("on " + bad.release() + ": " + told(ran));
            ran.output().lines().filter(line -> line.startsWith("not ok")).forEach(line -> text.println("  " + line));
        }
        Files.deleteIfExists(directory.resolve(NAME));
        ProvenExport.write(directory, files);
        // The source is there already: the last run was of it.
        text.println(directory.resolve(NAME + ".c"));
        files.keySet().forEach(name -> text.println(directory.resolve(name)));
        text.flush();
    }

    /** In the kernel's own selftests, beside the file. */
    private static Path build(Installation installation, Toolbox tools, Path directory, List<TestCase> tests)
            throws IOException, InterruptedException {
        Path source = directory.resolve(NAME + ".c");
        Files.writeString(source, CTest.selftest(tests));
        Path program = directory.resolve(NAME);
        Files.deleteIfExists(program);
        return new SelftestTree(installation, tools).build(source);
    }

    private static Ran run(TestProgramGuests guests, Kernel kernel, Path program, int cases) {
        GuestProfile profile = GuestProfile.firstFor(kernel.config());
        long start = System.nanoTime();
        List<TestRun> runs =
                guests.run(kernel, profile.with(profile.instruments().withoutModule()), program, 1, LIMIT);
        TestRun run = runs.get(runs.size() - 1);
        return new Ran(
                TapResults.read(run.output(), cases),
                run.output() + run.end() + "\n",
                run.end(),
                (System.nanoTime() - start) / 1e9);
    }

    private static String told(Ran ran) {
        Map<TapResults.Result, Long> counts = ran.results().stream()
                .collect(Collectors.groupingBy(result -> result, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                        .map(entry ->
                                entry.getValue() + " " + entry.getKey().name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(", "))
                + "; " + ran.end();
    }

    /** What was left out, the same reason once. */
    private static void tell(Map<String, String> left, PrintWriter text) {
        left.entrySet().stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getValue,
                        TreeMap::new,
                        Collectors.mapping(Map.Entry::getKey, Collectors.joining(", "))))
                .forEach((reason, names) -> text.println("left out, " + reason + ": " + names));
    }
}
