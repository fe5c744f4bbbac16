// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Jobs that wait for a guest. After it is closed, whatever is or comes in is lost, with a reason. */
final class JobQueue {
    static final String CLOSED = "the pool was closed before it ran";

    private final Deque<Job> jobs = new ArrayDeque<>();
    private int idle;
    private boolean closed;

    void addLast(Job job) {
        add(job, false);
    }

    /** For work that others wait for already. */
    void addFirst(Job job) {
        add(job, true);
    }

    private void add(Job job, boolean first) {
        synchronized (this) {
            if (!closed) {
                if (first) {
                    jobs.addFirst(job);
                } else {
                    jobs.addLast(job);
                }
                notifyAll();
                return;
            }
        }
        job.lose(CLOSED);
    }

    /** Waits for the next job; empty when there will be none. */
    synchronized Optional<Job> take() throws InterruptedException {
        idle++;
        try {
            while (jobs.isEmpty() && !closed) {
                wait();
            }
        } finally {
            idle--;
        }
        return Optional.ofNullable(jobs.pollFirst());
    }

    /** The next job for a guest that is busy, if there is one now that no idle guest is about to take. */
    synchronized Optional<Job.Together> pollTogether() {
        if (jobs.size() > idle && jobs.peekFirst() instanceof Job.Together together) {
            jobs.removeFirst();
            return Optional.of(together);
        }
        return Optional.empty();
    }

    void close() {
        List<Job> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(jobs);
            jobs.clear();
            notifyAll();
        }
        left.forEach(job -> job.lose(CLOSED));
    }
}
