// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.OptionalLong;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.pinfuzz.vm.ProgressListener;

/**
 * Shows what takes long before guests run: lines as they come and, of a job of many steps, a bar on a terminal; elsewhere
 * a line each tenth of the job or each half minute.
 */
final class PreparationProgress implements ProgressListener, AutoCloseable {
    private static final Duration PLAIN_EVERY = Duration.ofSeconds(30);
    private static final int PLAIN_PARTS = 10;
    private static final int BAR_UPDATE_MS = 500;
    private static final long UNKNOWN = -1;

    private final ProgressListener lines;
    private final boolean terminal;
    private final InstantSource clock;
    private Job job;

    /**
     * @param lines where lines go
     * @param terminal whether a person looks at a terminal that can redraw a line
     */
    PreparationProgress(ProgressListener lines, boolean terminal, InstantSource clock) {
        this.lines = requireNonNull(lines, "lines is null");
        this.terminal = terminal;
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** One that shows bars when this process has a terminal. */
    static PreparationProgress of(ProgressListener lines) {
        return new PreparationProgress(lines, System.console() != null, InstantSource.system());
    }

    @Override
    public void progress(String line) {
        close();
        lines.progress(line);
    }

    @Override
    public void steps(String name, long done, OptionalLong expected) {
        if (job == null || !job.name().equals(name)) {
            close();
            job = terminal ? new Bar(name, expected) : new Plain(name, lines, clock);
        }
        job.at(done, expected);
    }

    @Override
    public void close() {
        if (job != null) {
            job.close();
            job = null;
        }
    }

    /** How a job in progress is shown. */
    private interface Job extends AutoCloseable {
        String name();

        void at(long done, OptionalLong expected);

        @Override
        void close();
    }

    private record Bar(String name, ProgressBar bar) implements Job {
        Bar(String name, OptionalLong expected) {
            this(
                    name,
                    new ProgressBarBuilder()
                            .setTaskName(name)
                            .setInitialMax(expected.orElse(UNKNOWN))
                            .setUpdateIntervalMillis(BAR_UPDATE_MS)
                            .setConsumer(new ConsoleProgressBarConsumer(System.err))
                            .build());
        }

        @Override
        public void at(long done, OptionalLong expected) {
            // An estimate that was too low must not leave a full bar standing.
            if (expected.isPresent() && done > bar.getMax()) {
                bar.maxHint(done);
            }
            bar.stepTo(done);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    private static final class Plain implements Job {
        private final String name;
        private final ProgressListener lines;
        private final InstantSource clock;
        private long lastMs;
        private long lastPart;

        Plain(String name, ProgressListener lines, InstantSource clock) {
            this.name = name;
            this.lines = lines;
            this.clock = clock;
            this.lastMs = clock.millis();
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void at(long done, OptionalLong expected) {
            long part = expected.isPresent() ? done * PLAIN_PARTS / Math.max(1, expected.getAsLong()) : 0;
            if (part <= lastPart && clock.millis() - lastMs < PLAIN_EVERY.toMillis()) {
                return;
            }
            lastPart = Math.max(part, lastPart);
            lastMs = clock.millis();
            String of = expected.isPresent()
                    ? String.format(Locale.ROOT, " of about %,d steps", expected.getAsLong())
                    : " steps";
            lines.progress(name + ": " + String.format(Locale.ROOT, "%,d", done) + of);
        }

        @Override
        public void close() {
            // Every line stands for itself.
        }
    }
}
