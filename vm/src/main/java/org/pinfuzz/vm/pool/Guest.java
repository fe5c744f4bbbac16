// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.wire.BatchCodec;
import org.pinfuzz.generators.wire.BenchDone;
import org.pinfuzz.generators.wire.ExecutionLimits;
import org.pinfuzz.generators.wire.TraceCodec;
import org.pinfuzz.generators.wire.WireFormatException;
import org.pinfuzz.vm.qemu.RunDirectories;
import org.pinfuzz.vm.qemu.VirtualMachine;
import org.pinfuzz.vm.qemu.VirtualMachine.Reception;
import org.pinfuzz.vm.wire.Frame;
import org.pinfuzz.vm.wire.FrameException;
import org.pinfuzz.vm.wire.FrameType;

/**
 * One guest and the batches that it has: sends them, takes their results in order, and finds out how the guest ended if
 * it did. Whatever is wrong with a guest is a {@link GuestDeath}.
 */
final class Guest {
    private static final Duration EXIT_LIMIT = Duration.ofSeconds(5);
    private static final long BENCH_GRACE_MS = 60_000;
    /** A kernel that has reported a fault and then says nothing is not waited for: no run of it counts as good. */
    private static final long FAULT_SILENCE_MS = 1_000;

    private final VirtualMachine machine;
    private final Console console;
    private final Announcements announcements;
    private final ExecutionLimits execution;
    private final PoolLimits limits;
    private int sent;
    private boolean tainted;
    private long announcedBytes;
    private long lastSignNs = System.nanoTime();
    private long batchStartNs = System.nanoTime();

    private Guest(VirtualMachine machine, ExecutionLimits execution, PoolLimits limits) {
        this.machine = machine;
        this.console = new Console(machine.console());
        this.announcements = new Announcements(machine.announcements());
        this.execution = execution;
        this.limits = limits;
    }

    static Guest restore(
            GuestTemplate template, RunDirectories directories, ExecutionLimits execution, PoolLimits limits)
            throws IOException, InterruptedException {
        return new Guest(VirtualMachine.restore(template.command(), template.state(), directories), execution, limits);
    }

    VirtualMachine machine() {
        return machine;
    }

    /** Whether it may get more work. */
    boolean usable() {
        return machine.alive() && !tainted && sent < limits.batchesPerGuest();
    }

    /** Something stayed behind in it: it gets no more batches. */
    void taint() {
        tainted = true;
    }

    /** Sends programs as one batch, behind those that it has. */
    Flight send(List<BatchCodec.Entry> entries) {
        Flight flight = new Flight(
                ++sent, entries.stream().map(BatchCodec.Entry::program).toList());
        machine.send(new Frame(FrameType.BATCH, sent, BatchCodec.encode(entries, execution)));
        return flight;
    }

    /** Starts the clock of the batch that is now first. */
    void begin() {
        lastSignNs = System.nanoTime();
        batchStartNs = lastSignNs;
    }

    /**
     * Takes what comes for the first batch until it is done or the time is over.
     *
     * @param untilNs by {@link System#nanoTime}
     * @return whether the batch is done
     */
    boolean advance(Flight first, long untilNs) throws GuestDeath, InterruptedException {
        while (true) {
            Reception reception = receive(untilNs);
            if (reception instanceof Reception.Received received) {
                lastSignNs = System.nanoTime();
                if (take(received.frame(), first)) {
                    return true;
                }
            } else {
                checkTime();
                return false;
            }
        }
    }

    private Reception receive(long untilNs) throws GuestDeath, InterruptedException {
        try {
            Reception reception = machine.receive(untilNs);
            if (reception instanceof Reception.Closed) {
                throw ended();
            }
            return reception;
        } catch (FrameException e) {
            throw GuestDeath.garbage(e.getMessage());
        } catch (IOException e) {
            throw GuestDeath.killed("receiving from a guest failed: " + e.getMessage());
        }
    }

    private boolean take(Frame frame, Flight first) throws GuestDeath {
        if (frame.type() == FrameType.REFUSED) {
            throw GuestDeath.refused(GuestText.of(frame.payload()));
        }
        if (frame.sequence() != first.sequence()) {
            throw GuestDeath.garbage(frame + " where one of batch " + first.sequence() + " was expected");
        }
        try {
            switch (frame.type()) {
                case RESULT -> {
                    TraceCodec.Result result = TraceCodec.decodeResult(frame.payload(), first.programs());
                    if (result.index() != first.traces().size()) {
                        throw GuestDeath.garbage("the result of program " + result.index() + " where that of program "
                                + first.traces().size() + " was expected");
                    }
                    first.add(result.trace());
                    return false;
                }
                case BATCH_DONE -> {
                    if (!first.complete()) {
                        throw GuestDeath.garbage(
                                "a batch of " + first.programs().size() + " programs is done with "
                                        + first.traces().size() + " results");
                    }
                    requireRoomForConsole();
                    first.leave(TraceCodec.decodeBatchDone(frame.payload()));
                    return true;
                }
                default -> throw GuestDeath.garbage(frame + ", which no batch has");
            }
        } catch (WireFormatException e) {
            throw GuestDeath.garbage(e.getMessage());
        }
    }

    /**
     * A guest is alive as long as results come, programs begin or its kernel reports a fault, and its batch ends within
     * bounds.
     */
    private void checkTime() throws GuestDeath {
        requireRoomForConsole();
        long now = System.nanoTime();
        long announced = announcements.bytes();
        boolean consoleGrows = consoleGrows();
        if (announced != announcedBytes || (consoleGrows && console.fault())) {
            announcedBytes = announced;
            lastSignNs = now;
        }
        long silenceMs = console.fault() ? FAULT_SILENCE_MS : (long) execution.programMs() + limits.graceMs();
        if (now - lastSignNs > silenceMs * 1_000_000) {
            throw silent(silenceMs);
        }
        if (now - batchStartNs > limits.batchMs() * 1_000_000L) {
            throw silent(limits.batchMs());
        }
    }

    /** What a kernel has said is more than that it says no more. */
    private GuestDeath silent(long limitMs) {
        String text = consoleText();
        return faulty(text).orElseGet(() -> GuestDeath.hung(limitMs, Console.tail(text)));
    }

    private static Optional<GuestDeath> faulty(String console) {
        return Console.splats(console).stream()
                .findFirst()
                .map(title -> GuestDeath.crashed(title, Console.extract(console).orElse("")));
    }

    private boolean consoleGrows() {
        try {
            return console.grows();
        } catch (IOException e) {
            return false;
        }
    }

    /** Whatever a kernel says after its console is full would be missed. */
    private void requireRoomForConsole() throws GuestDeath {
        if (machine.consoleFull()) {
            throw GuestDeath.garbage("its console has no end");
        }
    }

    /** How a guest whose port is closed ended. */
    private GuestDeath ended() throws InterruptedException {
        Optional<Integer> status = machine.exitStatus(EXIT_LIMIT);
        String text = consoleText();
        Optional<GuestDeath> faulty = faulty(text);
        if (faulty.isPresent()) {
            return faulty.get();
        }
        if (status.isPresent() && status.get() == 0) {
            return GuestDeath.crashed("the guest reset itself without a word of its kernel", Console.tail(text));
        }
        return GuestDeath.killed(status.map(code -> "QEMU ended with status " + code)
                .orElse("QEMU closed the guest's port but did not end"));
    }

    /** What the kernel wrote since the last look. */
    String consoleText() {
        try {
            return console.more();
        } catch (IOException e) {
            return "";
        }
    }

    /** The last program that the guest began. */
    Optional<Announcements.Announced> announced() {
        try {
            return announcements.last();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Runs a bench, on a guest that has no batch. */
    BenchDone bench(List<Program> programs, BatchCodec.BenchMode mode, int durationMs)
            throws GuestDeath, InterruptedException {
        sent++;
        machine.send(new Frame(FrameType.BENCH, sent, BatchCodec.encodeBench(programs, mode, durationMs)));
        long limitMs = durationMs + BENCH_GRACE_MS;
        Reception reception = receive(System.nanoTime() + limitMs * 1_000_000);
        if (!(reception instanceof Reception.Received received)) {
            throw GuestDeath.hung(limitMs, Console.tail(consoleText()));
        }
        Frame frame = received.frame();
        if (frame.type() == FrameType.REFUSED) {
            throw GuestDeath.refused(GuestText.of(frame.payload()));
        }
        if (frame.type() != FrameType.BENCH_DONE || frame.sequence() != sent) {
            throw GuestDeath.garbage(frame + " where the end of a bench was expected");
        }
        try {
            return BenchDone.decode(frame.payload());
        } catch (WireFormatException e) {
            throw GuestDeath.garbage(e.getMessage());
        }
    }

    /** Ends it at once and removes what belongs to it. */
    void discard() throws InterruptedException {
        machine.kill();
        close();
    }

    /** Ends it politely and removes what belongs to it. */
    void close() {
        try {
            machine.close();
        } catch (IOException e) {
            // Its directory stays; the sweep at the next start removes it.
            assert !machine.alive();
        }
    }
}
