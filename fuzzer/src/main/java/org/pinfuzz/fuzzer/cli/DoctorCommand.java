// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.inspection.Inspection;
import org.pinfuzz.vm.inspection.KernelStatus;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.KernelStore;
import org.pinfuzz.vm.kernel.Mirrors;
import org.pinfuzz.vm.kernel.SourceKernel;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.GuestTemplate;
import org.pinfuzz.vm.pool.GuestTemplates;
import org.pinfuzz.vm.qemu.RunDirectories;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code pinfuzz doctor}: what is here, what is missing, and what to do about it. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        header = "Say what is here, what is missing, and what to do about it.",
        description = {
            "Looks at the programs that pinfuzz uses, at its cache and at the kernels in it, and then prepares a guest of"
                    + " one of them, the same way as a campaign does: builds module and agent, boots, saves. So it tells"
                    + " whether guests really run, and whether under KVM or emulated. The first time that takes up to a"
                    + " minute. It fetches nothing and installs nothing.",
            "Lines are marked ok, note (good to know, nothing is missing) or MISSING; those that can be mended are"
                    + " followed by the command that does it."
        },
        exitCodeList = {
            "0:everything needed is there",
            "1:something is missing; the lines marked MISSING say what",
            "2:the command line was not understood"
        },
        footer = {
            "",
            "Examples:",
            "  pinfuzz doctor",
            "  pinfuzz doctor --in-container   whether guests run in a container",
            "  pinfuzz doctor --json -   as JSON instead (docs/formats/reports.md)"
        })
final class DoctorCommand implements Callable<Integer> {
    static final String FORMAT = "pinfuzz-doctor";
    static final int VERSION = 1;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ToolboxOption toolbox = new ToolboxOption();

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        json.requireWritable();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        ProgressListener progress = line -> err.println("pinfuzz: " + line);
        Installation installation = Installation.detect();
        List<Check> checks;
        try (Toolbox tools = toolbox.open(installation, List::of, progress)) {
            checks = checks(installation, tools, progress);
        }

        boolean ready = checks.stream().noneMatch(check -> check.status() == Check.Status.MISSING);
        if (!json.replacesText()) {
            print(checks, out);
        }
        JsonReport report = JsonReport.of(FORMAT, VERSION);
        report.root().put("ready", ready);
        ArrayNode list = report.root().putArray("checks");
        for (Check check : checks) {
            list.addObject()
                    .put("what", check.what())
                    .put("status", check.status().mark().toLowerCase(Locale.ROOT))
                    .put("state", check.state())
                    .put("remedy", check.remedy());
        }
        json.write(report, out);
        return ready ? 0 : 1;
    }

    private static List<Check> checks(Installation installation, Toolbox tools, ProgressListener progress)
            throws IOException, InterruptedException {
        List<Check> checks = new ArrayList<>();
        checks.add(HostChecks.jdk());
        checks.add(Check.ok("tools", tools.description()));
        checks.addAll(HostChecks.tools(tools));
        if (tools instanceof HostTools) {
            checks.addAll(HostChecks.libraries());
        }
        checks.add(HostChecks.cache(installation.cache()));
        RunDirectories directories = RunDirectories.ofUser().with(tools);
        List<KernelStatus> kernels = kernels(installation, directories, checks);
        checks.add(mirror(kernels));
        checks.add(guest(kernels, installation, directories, progress));
        return checks;
    }

    /** The kernels of the catalogue; none if what was fetched is damaged. */
    private static List<KernelStatus> kernels(
            Installation installation, RunDirectories directories, List<Check> checks) {
        KernelStore store = KernelsCommand.store(installation, new MirrorOption(), ProgressListener.SILENT);
        try {
            List<KernelStatus> kernels = new Inspection(installation, store, directories).kernels();
            kernels.forEach(status -> checks.add(kernel(status)));
            return kernels;
        } catch (VmException e) {
            checks.add(Check.missing("kernels", String.valueOf(e.getMessage()), ""));
            return List.of();
        }
    }

    private static Check kernel(KernelStatus status) {
        String what = "kernel " + status.entry().name();
        return status.fetched()
                .map(kernel -> Check.ok(
                        what,
                        kernel.release() + ", module " + (status.moduleBuilt() ? "built" : "not built yet")
                                + ", saved guests: " + status.templates()))
                .orElseGet(() -> status.entry() instanceof SourceKernel
                        ? Check.note(
                                what,
                                "not built; a command that needs it builds it",
                                "pinfuzz kernels build " + status.entry().name())
                        : Check.note(
                                what,
                                "not fetched; a command that needs it fetches it",
                                "pinfuzz kernels fetch " + status.entry().name()));
    }

    private static Check mirror(List<KernelStatus> kernels) {
        try {
            Mirrors mirrors = Mirrors.ofSystem();
            return Check.ok("mirror", mirrors.debian() + " and " + mirrors.debianSecurity());
        } catch (VmException e) {
            String remedy = "pinfuzz kernels fetch --mirror URL NAME";
            return kernels.stream().anyMatch(status -> status.fetched().isPresent())
                    ? Check.note("mirror", String.valueOf(e.getMessage()), remedy)
                    : Check.missing("mirror", String.valueOf(e.getMessage()), remedy);
        }
    }

    /** Prepares a guest of the kernel for which the most is there already. */
    private static Check guest(
            List<KernelStatus> kernels,
            Installation installation,
            RunDirectories directories,
            ProgressListener progress) {
        Optional<KernelStatus> readiest = kernels.stream()
                .filter(status -> status.fetched().isPresent())
                // A module that is built is one that these tools can build.
                .max(Comparator.comparing(KernelStatus::moduleBuilt)
                        .thenComparing((KernelStatus status) -> status.templates() > 0));
        if (readiest.isEmpty()) {
            return Check.note(
                    "guest",
                    "whether guests run, and under which accelerator, shows with a kernel; none is fetched",
                    kernels.stream()
                            .findFirst()
                            .map(status ->
                                    "pinfuzz kernels fetch " + status.entry().name())
                            .orElse(""));
        }
        Kernel kernel = readiest.get().fetched().orElseThrow();
        try {
            GuestTemplate guest =
                    new GuestTemplates(installation, directories, progress).prepare(kernel, GuestProfile.DEFAULT);
            String since = guest.bootMs() > 0 ? "booted in " + guest.bootMs() + " ms" : "booted by an earlier run";
            return Check.ok(
                    "guest",
                    kernel.release() + " " + since + "; " + guest.accelerator().reason());
        } catch (VmException e) {
            return Check.missing("guest", String.valueOf(e.getMessage()), "");
        }
    }

    private static void print(List<Check> checks, PrintWriter out) {
        int width =
                checks.stream().mapToInt(check -> check.what().length()).max().orElse(1);
        String indent = " ".repeat(width + 11);
        for (Check check : checks) {
            out.printf(
                    "%-7s  %-" + width + "s  %s%n",
                    check.status().mark(),
                    check.what(),
                    check.state().replace("\n", "\n" + indent));
            if (!check.remedy().isEmpty()) {
                out.println(indent + "-> " + check.remedy());
            }
        }
    }
}
