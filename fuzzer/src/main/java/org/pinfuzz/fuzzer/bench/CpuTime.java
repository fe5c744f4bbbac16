// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.pinfuzz.vm.Toolbox;

/**
 * Processor time that this process and its guests have used.
 *
 * @param wallNs when it was read
 * @param guests by process: guests come and go between two readings
 */
record CpuTime(long wallNs, Duration host, Map<Long, Duration> guests) {
    /** @param tools what guests run in */
    static CpuTime now(Toolbox tools) {
        Map<Long, Duration> guests = new HashMap<>();
        tools.processes()
                .forEach(process -> guests.put(
                        process.pid(), process.info().totalCpuDuration().orElse(Duration.ZERO)));
        Duration host = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return new CpuTime(System.nanoTime(), host, guests);
    }

    double hostShareSince(CpuTime before) {
        return host.minus(before.host).toNanos() / (double) (wallNs - before.wallNs);
    }

    double guestShareSince(CpuTime before) {
        long usedNs = 0;
        for (Map.Entry<Long, Duration> guest : guests.entrySet()) {
            usedNs += guest.getValue()
                    .minus(before.guests.getOrDefault(guest.getKey(), Duration.ZERO))
                    .toNanos();
        }
        return usedNs / (double) (wallNs - before.wallNs);
    }
}
