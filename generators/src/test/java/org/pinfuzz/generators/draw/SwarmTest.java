// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.draw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.pinfuzz.generators.operation.Facility;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;

class SwarmTest {
    private static final int SLICES = 2000;

    private static List<Swarm> slices(List<Operation> operations) {
        return new Random(3)
                .longs(SLICES)
                .mapToObj(seed -> Swarm.slice(operations, new Random(seed)))
                .toList();
    }

    @Test
    void everySliceCanMapAndPinWithWeightsAboveZero() {
        assertThat(slices(Operations.all())).allSatisfy(swarm -> {
            assertThat(swarm.weights()).containsKey(Operations.MMAP);
            assertThat(swarm.weights().keySet()).containsAnyOf(Operations.PIN, Operations.URING_PIN);
            assertThat(swarm.weights().values()).allMatch(weight -> weight > 0);
        });
    }

    @Test
    void withoutTheModuleThePinOfIoUringStays() {
        List<Operation> operations = Swarm.supported(Set.of(Facility.IO_URING));

        assertThat(operations).contains(Operations.URING_PIN).doesNotContain(Operations.PIN);
        assertThat(slices(operations))
                .allMatch(swarm -> swarm.weights().containsKey(Operations.URING_PIN))
                .allMatch(swarm -> operations.containsAll(swarm.weights().keySet()));
    }

    @Test
    void withoutAnyPinASliceStillMaps() {
        List<Operation> operations = Swarm.supported(Set.of());

        assertThat(operations).doesNotContain(Operations.PIN, Operations.URING_PIN);
        assertThat(slices(operations)).allMatch(swarm -> swarm.weights().containsKey(Operations.MMAP));
    }

    @Test
    void slicesLeaveOperationsOutAndEachOperationIsInSome() {
        Set<Operation> seen = new HashSet<>();
        List<Swarm> slices = slices(Operations.all());
        slices.forEach(swarm -> seen.addAll(swarm.weights().keySet()));

        assertThat(seen).containsExactlyInAnyOrderElementsOf(Operations.all());
        assertThat(slices)
                .filteredOn(swarm -> swarm.weights().size() < Operations.all().size())
                .hasSizeGreaterThan(SLICES / 2);
    }

    @Test
    void aSwarmOfNothingIsRefused() {
        assertThatThrownBy(() -> new Swarm(Map.of())).hasMessage("a swarm without operations draws nothing");
    }
}
