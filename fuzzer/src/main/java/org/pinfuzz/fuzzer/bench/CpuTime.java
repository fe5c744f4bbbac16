// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import java.time.Duration;

/**
 * Processor time that this process and its guests have used.
 *
 * @param wallNs when it was read
 */
record CpuTime(long wallNs, Duration host, Duration guests) {
    static CpuTime now() {
        Duration guests = ProcessHandle.current()
                .descendants()
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
        Duration host = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return new CpuTime(System.nanoTime(), host, guests);
    }

    double hostShareSince(CpuTime before) {
        return host.minus(before.host).toNanos() / (double) (wallNs - before.wallNs);
    }

    double guestShareSince(CpuTime before) {
        return guests.minus(before.guests).toNanos() / (double) (wallNs - before.wallNs);
    }
}
