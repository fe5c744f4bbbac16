// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.List;
import java.util.Optional;

/** The catalogue of invariants, the most specific first: of several that break at one step the first names the finding. */
public final class Invariants {
    private static final List<Invariant> ALL = List.of(
            new NoSplat(),
            new LongTermZone(),
            new LongTermCma(),
            new MempinfdAnswer.Owner(),
            new MempinfdAnswer.Rights(),
            new MempinfdAnswer.Limit(),
            new MempinfdAnswer.Value(),
            new MempinfdAnswer.Whole(),
            new MempinfdAnswer.Error(),
            new MempinfdRelease(),
            new MempinfdAccounted(),
            new MempinfdQuiet(),
            new CallAnswer.Perm(),
            new LongTermFile(),
            new LongTermAtomic(),
            new ForkParentKeeps(),
            new Offline(),
            new Contig(),
            new ThpSplit(),
            new Ksm(),
            new SafeMappingCall.Mprotect(),
            new SafeMappingCall.Mremap(),
            new DevicePrivatePins.Pinned(),
            new DevicePrivatePins.Migrated(),
            new LongTermStay(),
            new Swap(),
            new Mlock(),
            new NoFreeWhilePinned(),
            new MaybeDmaPinned(),
            new Uffd(),
            new UnmappedPin(),
            new NoLeak(),
            new CallAnswer.Populated(),
            new MirrorValues.Invalidated(),
            new MirrorValues.Coherent(),
            new MirrorValues.Data(),
            new MirrorNoPin(),
            new PinCoherence.Write(),
            new PinCoherence.Read(),
            new ForkChildIsolated(),
            new PinCount(),
            new UnpinReleases(),
            new FastPinAfterFork(),
            new AnonExclusive.Pinned(),
            new AnonExclusive.Shared(),
            new AnonExclusive.Writable(),
            new HugePool(),
            new Bookkeeping(),
            new Killable(),
            new PinBalance(),
            new NothingLeft(),
            new Result(),
            new Values());

    private Invariants() {}

    public static List<Invariant> all() {
        return ALL;
    }

    public static Optional<Invariant> named(String id) {
        return ALL.stream().filter(invariant -> invariant.id().equals(id)).findFirst();
    }
}
