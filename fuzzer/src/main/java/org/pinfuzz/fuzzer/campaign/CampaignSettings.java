// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.pinfuzz.generators.operation.Operation;

/**
 * What a campaign draws and when it ends.
 *
 * @param seed from which all programs follow, together with the parents that their records name
 * @param operations what programs are made of, where the guests have the facilities
 * @param time how long programs are drawn; what was found is triaged after that
 * @param programs how many programs are drawn
 * @param promisedOnly whether violations of what the running kernel does not promise are left aside
 */
public record CampaignSettings(
        long seed, List<Operation> operations, Optional<Duration> time, OptionalLong programs, boolean promisedOnly) {
    /** Steps that a drawn program aims at: enough for eight to be executed, short enough to be fast. */
    public static final int MIN_STEPS = 10;

    public static final int MAX_STEPS = 22;

    /** Programs of one batch: some tenths of a second, so that a slow guest delays little. */
    public static final int BATCH_PROGRAMS = 128;

    /** Programs that share the weights of one swarm slice. */
    public static final int SLICE_PROGRAMS = 64;

    /** One program in so many is a child of a kept one. */
    public static final int MUTATE_ONE_IN = 3;

    /** Most programs that are kept for their signal. */
    public static final int MAX_KEPT = 5_000;

    /** How long triage may go on after the last program was drawn. */
    public static final Duration TRIAGE_AFTER_END = Duration.ofSeconds(60);

    public CampaignSettings {
        operations = List.copyOf(operations);
        requireNonNull(time, "time is null");
        requireNonNull(programs, "programs is null");
        if (operations.isEmpty()) {
            throw new IllegalArgumentException("a campaign without operations draws nothing");
        }
        if (time.isEmpty() && programs.isEmpty()) {
            throw new IllegalArgumentException("a campaign needs a time or a number of programs to end at");
        }
    }
}
