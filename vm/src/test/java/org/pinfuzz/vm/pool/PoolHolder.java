// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import org.pinfuzz.generators.wire.ExecutionLimits;

/** A process that keeps a pool at work until it is killed. */
final class PoolHolder {
    private PoolHolder() {}

    public static void main(String[] arguments) {
        GuestPool pool = GuestPool.open(
                TestGuests.template(GuestProfile.DEFAULT),
                2,
                TestGuests.DIRECTORIES,
                ExecutionLimits.DEFAULT,
                PoolLimits.DEFAULT);
        while (true) {
            var first = pool.submit(TestGuests.programs(20));
            var second = pool.submit(TestGuests.programs(20));
            first.join();
            second.join();
            System.out.println("working");
        }
    }
}
