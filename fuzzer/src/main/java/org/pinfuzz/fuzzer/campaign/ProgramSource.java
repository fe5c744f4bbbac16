// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.pinfuzz.generators.draw.ProgramDrawer;
import org.pinfuzz.generators.draw.Swarm;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;

/**
 * The programs of a campaign. Program i is a function of (seed, i, its parents): its profile, its slice's weights and its
 * own chance come from the seed and the index, the parent, if it has one, from what was kept so far.
 */
final class ProgramSource {
    private final long seed;
    private final List<List<Operation>> operations;
    private final Rotation rotation;
    private final List<Drawn> kept = new ArrayList<>();
    private long next;
    private long slice = -1;
    private ProgramDrawer drawer;

    /** @param operations for each profile what may be drawn there */
    ProgramSource(long seed, List<List<Operation>> operations) {
        this.seed = seed;
        this.operations = operations;
        this.rotation = new Rotation(operations.size());
        this.drawer = drawer(0);
    }

    /**
     * A drawn program and where it came from.
     *
     * @param index its number in the campaign
     * @param profile number of the profile that it is for
     * @param parents the programs that it was made from
     */
    record Drawn(long index, int profile, Program program, List<Program> parents) {}

    long drawn() {
        return next;
    }

    /** The profile that the next program is for. */
    int profile() {
        return rotation.of(next);
    }

    /** How many programs come before another profile's turn. */
    long leftInProfile() {
        return rotation.left(next);
    }

    Drawn draw() {
        long index = next++;
        if (index / CampaignSettings.SLICE_PROGRAMS != slice) {
            slice = index / CampaignSettings.SLICE_PROGRAMS;
            drawer = drawer(slice);
        }
        Random random = new Random(mix(mix(seed) ^ index));
        int profile = rotation.of(index);
        if (!kept.isEmpty() && random.nextInt(CampaignSettings.MUTATE_ONE_IN) == 0) {
            Program parent = kept.get(random.nextInt(kept.size())).program();
            // What was kept in another profile may need what this one lacks.
            if (suits(parent, profile)) {
                return new Drawn(index, profile, drawer.mutate(parent, random), List.of(parent));
            }
        }
        return new Drawn(index, profile, drawer.draw(random), List.of());
    }

    /** Makes a program a possible parent of later ones; answers whether there was room. */
    boolean keep(Drawn drawn) {
        return kept.size() < CampaignSettings.MAX_KEPT && kept.add(drawn);
    }

    int kept() {
        return kept.size();
    }

    private boolean suits(Program program, int profile) {
        return program.steps().stream().allMatch(step -> operations.get(profile).contains(Operations.of(step)));
    }

    private ProgramDrawer drawer(long number) {
        List<Operation> suitable = operations.get(rotation.of(number * CampaignSettings.SLICE_PROGRAMS));
        Random random = new Random(mix(mix(seed + 1) ^ number));
        return new ProgramDrawer(Swarm.slice(suitable, random), CampaignSettings.MIN_STEPS, CampaignSettings.MAX_STEPS);
    }

    /** Spreads neighbouring numbers (the finaliser of SplitMix64): java.util.Random starts alike from alike seeds. */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
