// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.invariant.Judgement;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.operation.Facility;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.Trace;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.vm.pool.ProgramRun;

/** Binds what asks for judged runs to the guests of a session. */
public final class GuestRunner implements ProfileRunner {
    /**
     * What one guest is asked at a time: a program costs it more than the round trip does, so that more than hide that
     * would only be asked in vain.
     */
    private static final int PROGRAMS_PER_GUEST = 2;

    private final GuestSession session;
    private final KernelVersion kernel;

    GuestRunner(GuestSession session) {
        this.session = requireNonNull(session, "session is null");
        this.kernel = session.version();
    }

    @Override
    public String profile() {
        return session.profile().name();
    }

    @Override
    public Set<Facility> facilities() {
        return session.template().hello().facilities();
    }

    @Override
    public void rest() {
        session.rest();
    }

    @Override
    public CompletableFuture<List<Run>> submit(List<Program> programs) {
        return session.pool()
                .submit(programs)
                .thenApply(runs -> runs.stream().map(this::judged).toList());
    }

    @Override
    public List<Run> run(List<Program> programs) {
        int share = Math.max(1, (programs.size() + session.guests() - 1) / session.guests());
        List<CompletableFuture<List<Run>>> parts = new ArrayList<>();
        for (int from = 0; from < programs.size(); from += share) {
            parts.add(submit(programs.subList(from, Math.min(programs.size(), from + share))));
        }
        return parts.stream().flatMap(part -> part.join().stream()).toList();
    }

    @Override
    public List<Run> runAlone(Program program, int times) {
        return session.pool().runAlone(program, times).stream()
                .map(this::judged)
                .toList();
    }

    @Override
    public int width() {
        return session.guests() * PROGRAMS_PER_GUEST;
    }

    private Run judged(ProgramRun run) {
        if (run instanceof ProgramRun.Completed completed) {
            Trace trace = completed.left().equals(Leftovers.NOTHING)
                    ? completed.trace()
                    : completed.trace().withLeftovers(completed.left());
            Judgement judgement = Judge.judge(run.program(), trace, completed.splats(), kernel);
            return new Run(run.program(), trace, judgement, String.join("\n", completed.splats()));
        }
        if (run instanceof ProgramRun.Crashed crashed) {
            return dead(run.program(), crashed.titles(), crashed.consoleExtract());
        }
        if (run instanceof ProgramRun.Hung hung) {
            return dead(run.program(), List.of(HANG), hung.consoleExtract());
        }
        ProgramRun.Lost lost = (ProgramRun.Lost) run;
        Judgement judgement =
                new Judgement(List.of(), List.of(lost.reason()), false, 0, java.util.Map.of(), java.util.Set.of());
        return new Run(lost.program(), Trace.notStarted(), judgement, "");
    }

    private Oracle.Run dead(Program program, List<String> titles, String console) {
        Judgement judgement = Judge.judge(program, Trace.notStarted(), titles, kernel);
        return new Run(program, Trace.notStarted(), judgement, console);
    }
}
