// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.corpus.Seed;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.fuzzer.guest.TestProof;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.invariant.Invariants;
import org.pinfuzz.triage.export.CTest;
import org.pinfuzz.triage.export.PinChoice;
import org.pinfuzz.triage.export.Reproducer;
import org.pinfuzz.triage.export.SelftestNotes;
import org.pinfuzz.triage.export.TestCase;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.SelftestTree;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.Instruments;
import org.pinfuzz.vm.pool.TestProgramGuests;
import org.pinfuzz.vm.pool.TestProgramGuests.TestRun;
import org.pinfuzz.vm.qemu.RunDirectories;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Exports that are tests: each is compiled and run, and only one that tells a broken kernel from a good one is kept. */
public final class ProvenExport {
    private static final int MAX_RUNS = 100;

    @Mixin
    private GuestOptions guests = new GuestOptions();

    @Option(
            names = "--invariant",
            paramLabel = "ID",
            description = "Of a test: the invariant that it asserts. Default: that of the finding or seed.")
    private Optional<String> invariant = Optional.empty();

    @Option(
            names = "--good",
            paramLabel = "NAME",
            description =
                    "Of a test: the kernel of the catalogue on which it must pass. Default: the same kernel without its"
                            + " mutant, else pin-6.12.")
    private Optional<String> good = Optional.empty();

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "3",
            description = "Of a test: how often it must fail and pass. Default: ${DEFAULT-VALUE}.")
    private int runs;

    /** A test that was tried, and what came of it. */
    private record Tried(TestCase test, TestProof.Outcome outcome) {}

    /**
     * Writes the test into a directory, with what it printed on both kernels.
     *
     * @param recorded the options of the guests that it was seen in
     * @param selftest whether it is one of the kernel's selftests
     */
    int export(Reproducer reproducer, List<String> recorded, boolean selftest, Path out, PrintWriter text) {
        if (runs < 1 || runs > MAX_RUNS) {
            throw new CommandError("--runs is " + runs + "; give a number from 1 to " + MAX_RUNS);
        }
        guests.recorded(recorded);
        List<String> invariants = invariants(reproducer);
        try (Toolbox tools = guests.tools(text::println)) {
            Installation installation = Installation.detect();
            TestProof.Machine broken = guests.machine(tools, text::println);
            TestProof.Machine passing = goodMachine(installation, broken, text);
            TestProgramGuests tests =
                    new TestProgramGuests(installation, RunDirectories.ofUser().with(tools), text::println);
            TestProof proof = new TestProof(tests, broken, passing, runs);
            Path directory = Files.createDirectories(out.toAbsolutePath().normalize());
            List<Tried> tried = new ArrayList<>();
            for (PinChoice pins : PinChoice.candidates(reproducer.program())) {
                for (String id : invariants) {
                    TestCase test = test(reproducer, id, pins);
                    Map<String, String> files = files(test, selftest);
                    write(directory, files);
                    Path source = directory.resolve(test.name() + ".c");
                    Path program = selftest
                            ? new SelftestTree(installation, tools).build(source)
                            : tests.compile("gcc", source, List.of());
                    TestProof.Outcome outcome = proof.prove(program, pins.needsModule());
                    tried.add(new Tried(test, outcome));
                    tell(tried.get(tried.size() - 1), text);
                    Files.deleteIfExists(program);
                    if (outcome.proven()) {
                        keep(directory, test, outcome, broken, passing, files.keySet(), text);
                        return 0;
                    }
                    files.keySet()
                            .forEach(name -> directory.resolve(name).toFile().delete());
                }
            }
            throw new CommandError("exporting " + reproducer.name() + " failed: no test of " + tried.size()
                    + " fails on " + broken.text() + " and passes on " + passing.text()
                    + "; give other kernels with --kernel and --good, or another --invariant");
        } catch (IOException e) {
            throw new CommandError("exporting " + reproducer.name() + " failed: " + FileFailure.reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException("exporting " + reproducer.name() + " was interrupted; run it again", e);
        }
    }

    private List<String> invariants(Reproducer reproducer) {
        if (invariant.isPresent()) {
            InvariantNames.requireKnown(invariant);
            return List.of(invariant.get());
        }
        Set<String> known = new LinkedHashSet<>();
        reproducer.invariant().ifPresent(known::add);
        reproducer.seed().ifPresent(hand -> hand.expect().values().forEach(known::addAll));
        List<String> asserted = known.stream().filter(TestCase::canAssert).toList();
        if (asserted.isEmpty()) {
            throw new CommandError("exporting " + reproducer.name() + " failed: "
                    + (known.isEmpty()
                            ? "a test needs to know what breaks; name it with --invariant"
                            : "what it breaks, " + known + ", cannot be asserted from user space; use --format json"));
        }
        return asserted;
    }

    private static TestCase test(Reproducer reproducer, String id, PinChoice pins) {
        String sentence = reproducer
                .seed()
                .map(Seed::sentence)
                .orElseGet(() -> Invariants.named(id).orElseThrow().statement());
        try {
            return new TestCase(TestCase.nameOf(reproducer.name()), sentence, reproducer.program(), id, pins);
        } catch (IllegalArgumentException e) {
            throw new CommandError("exporting " + reproducer.name() + " failed: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> files(TestCase test, boolean selftest) {
        Map<String, String> files = new LinkedHashMap<>();
        try {
            files.put(test.name() + ".c", selftest ? CTest.selftest(List.of(test)) : CTest.program(test));
        } catch (IllegalArgumentException e) {
            throw new CommandError("exporting " + test.name() + " failed: " + e.getMessage(), e);
        }
        if (selftest) {
            files.putAll(SelftestNotes.of(test.name(), List.of(test)));
        }
        return files;
    }

    private TestProof.Machine goodMachine(Installation installation, TestProof.Machine broken, PrintWriter text) {
        Instruments instruments = broken.profile().instruments();
        Instruments clean = new Instruments(instruments.module(), 0, instruments.mempinfd(), Optional.empty());
        if (good.isEmpty() && instruments.mutant().isPresent()) {
            return new TestProof.Machine(broken.kernel(), broken.profile().with(clean));
        }
        Kernel kernel = GuestSession.store(installation, text::println).fetch(good.orElse("pin-6.12"));
        GuestProfile profile = broken.profile().missingIn(kernel.config()).isEmpty()
                ? broken.profile()
                : GuestProfile.firstFor(kernel.config());
        return new TestProof.Machine(kernel, profile.with(clean));
    }

    static void write(Path directory, Map<String, String> files) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }
    }

    private static void tell(Tried tried, PrintWriter text) {
        TestProof.Outcome outcome = tried.outcome();
        text.println(
                "pins by " + tried.test().pins().text() + ", " + tried.test().invariant() + ": failed in "
                        + outcome.failed() + " of " + outcome.broken().size() + " runs on the broken kernel, passed in "
                        + outcome.passed() + " of " + outcome.good().size() + " on the good one"
                        + (outcome.proven() ? "" : "; " + last(outcome).end()));
        text.flush();
    }

    private static TestRun last(TestProof.Outcome outcome) {
        List<TestRun> all = outcome.good().isEmpty() ? outcome.broken() : outcome.good();
        return all.get(all.size() - 1);
    }

    private static void keep(
            Path directory,
            TestCase test,
            TestProof.Outcome outcome,
            TestProof.Machine broken,
            TestProof.Machine good,
            Set<String> files,
            PrintWriter text)
            throws IOException {
        show(directory.resolve(test.name() + ".broken.txt"), broken, outcome.broken(), text);
        show(directory.resolve(test.name() + ".good.txt"), good, outcome.good(), text);
        text.println("proven with pins by " + test.pins().text() + ":");
        files.forEach(name -> text.println("  " + directory.resolve(name)));
        text.flush();
    }

    /** Shows the first run and stores all. */
    private static void show(Path file, TestProof.Machine machine, List<TestRun> runs, PrintWriter text)
            throws IOException {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < runs.size(); i++) {
            all.append("run ")
                    .append(i + 1)
                    .append(" on ")
                    .append(machine.text())
                    .append('\n');
            all.append(runs.get(i).output()).append(runs.get(i).end()).append("\n\n");
        }
        Files.writeString(file, all);
        text.println("on " + machine.text() + ":");
        runs.get(0).output().lines().forEach(line -> text.println("  " + line));
        text.println("  " + runs.get(0).end());
    }
}
