// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

/**
 * The memory of a guest: how much there is, on how many nodes, and of what kind.
 *
 * @param mib memory at boot, MiB, in equal shares for the nodes
 * @param nodes memory nodes
 * @param movableMib of that in ZONE_MOVABLE, MiB, spread over the nodes; 0 for none
 * @param cmaMib a CMA area on the first node, where the CPUs allocate, MiB; 0 for none
 * @param hotplugMib memory in slots that is added after boot and put online as ZONE_MOVABLE, MiB, in equal shares for
 *     the nodes; 0 for none
 * @param swapMib a compressed swap device in memory, MiB of what is swapped out; 0 for none
 * @param hugepages huge pages of 2 MiB that are set aside at boot, in equal shares for the nodes
 */
public record GuestMemory(int mib, int nodes, int movableMib, int cmaMib, int hotplugMib, int swapMib, int hugepages) {
    /** The kernel and its tables need this much outside ZONE_MOVABLE; with less it boots but cannot pin. */
    private static final int LEAST_UNMOVABLE_MIB = 256;

    /** A long-term pin leaves the CMA area: the first node needs room for the kernel and for that. */
    private static final int LEAST_BESIDE_CMA_MIB = 128;

    private static final int MOST_NODES = 8;
    private static final int HUGEPAGE_MIB = 2;
    /** Pageblocks are whole in an area; this is a multiple of theirs on all kernels. */
    private static final int CMA_STEP_MIB = 4;
    /** Memory is added in whole blocks (/sys/devices/system/memory/block_size_bytes of guests below 64 GiB). */
    private static final int HOTPLUG_STEP_MIB = 128;

    public GuestMemory {
        if (nodes < 1 || nodes > MOST_NODES || mib < nodes || mib % nodes != 0) {
            throw new IllegalArgumentException("a guest of " + mib + " MiB with " + nodes + " nodes: nodes are 1 to "
                    + MOST_NODES + " of equal shares");
        }
        // At or above the memory size the kernel silently makes no ZONE_MOVABLE at all.
        if (movableMib < 0 || movableMib + LEAST_UNMOVABLE_MIB > mib) {
            throw new IllegalArgumentException("a guest of " + mib + " MiB with " + movableMib
                    + " MiB movable: at least " + LEAST_UNMOVABLE_MIB + " MiB must not be movable");
        }
        if (hugepages < 0 || hugepages % nodes != 0 || hugepages * HUGEPAGE_MIB + LEAST_UNMOVABLE_MIB > mib) {
            throw new IllegalArgumentException("a guest of " + mib + " MiB and " + nodes + " nodes with " + hugepages
                    + " huge pages: nodes have equal shares of them, and " + LEAST_UNMOVABLE_MIB
                    + " MiB must be left");
        }
        requireCma(mib / nodes, movableMib, cmaMib);
        if (hotplugMib < 0 || hotplugMib % (nodes * HOTPLUG_STEP_MIB) != 0 || (hotplugMib > 0 && movableMib > 0)) {
            throw new IllegalArgumentException("a guest with " + hotplugMib + " MiB in slots and " + movableMib
                    + " MiB movable at boot: each of " + nodes + " nodes gets a multiple of " + HOTPLUG_STEP_MIB
                    + " MiB, and nothing else is movable");
        }
        if (swapMib < 0 || swapMib > mib / 2) {
            throw new IllegalArgumentException(
                    "a guest of " + mib + " MiB with " + swapMib + " MiB of swap in memory: at most half");
        }
    }

    private static void requireCma(int shareMib, int movableMib, int cmaMib) {
        if (cmaMib == 0) {
            return;
        }
        // User memory goes to ZONE_MOVABLE first, and to a CMA area when more than half of what is free is in it
        // (rmqueue, mm/page_alloc.c).
        if (cmaMib % CMA_STEP_MIB != 0
                || movableMib > 0
                || 2 * cmaMib <= shareMib
                || cmaMib + LEAST_BESIDE_CMA_MIB > shareMib) {
            throw new IllegalArgumentException("a guest with a CMA area of " + cmaMib + " MiB on a node of " + shareMib
                    + " MiB, " + movableMib + " MiB movable: an area is a multiple of " + CMA_STEP_MIB
                    + " MiB, more than half of the node, leaves " + LEAST_BESIDE_CMA_MIB
                    + " MiB of it, and nothing is movable");
        }
    }

    /** Ordinary memory. */
    public static GuestMemory of(int mib, int nodes) {
        return new GuestMemory(mib, nodes, 0, 0, 0, 0, 0);
    }

    public GuestMemory withMovable(int ofMib) {
        return new GuestMemory(mib, nodes, ofMib, cmaMib, hotplugMib, swapMib, hugepages);
    }

    public GuestMemory withCma(int ofMib) {
        return new GuestMemory(mib, nodes, movableMib, ofMib, hotplugMib, swapMib, hugepages);
    }

    public GuestMemory withHotplug(int ofMib) {
        return new GuestMemory(mib, nodes, movableMib, cmaMib, ofMib, swapMib, hugepages);
    }

    public GuestMemory withSwap(int ofMib) {
        return new GuestMemory(mib, nodes, movableMib, cmaMib, hotplugMib, ofMib, hugepages);
    }

    public GuestMemory withHugepages(int count) {
        return new GuestMemory(mib, nodes, movableMib, cmaMib, hotplugMib, swapMib, count);
    }

    /** What makes the kernel divide its memory so. */
    String kernelArguments() {
        StringBuilder text = new StringBuilder();
        if (movableMib > 0) {
            text.append(" movablecore=").append(movableMib).append('M');
        }
        if (cmaMib > 0) {
            // At the end of the first node, where an area without an address would go to the last one.
            text.append(" cma=")
                    .append(cmaMib)
                    .append("M@")
                    .append(cmaStartMib())
                    .append('M');
            // With CMA_SIZE_PERNUMA, as in Debian's 7.2, each node would get an area of that size besides.
            text.append(" cma_pernuma=0");
        }
        if (hotplugMib > 0) {
            text.append(" memhp_default_state=online_movable");
        }
        text.append(" hugepages=").append(hugepages);
        return text.toString();
    }

    /** Below it lies the kernel, above it what early boot takes from the node's end. */
    private int cmaStartMib() {
        int rest = mib / nodes - cmaMib;
        return (rest * 3 / 4) / CMA_STEP_MIB * CMA_STEP_MIB;
    }

    /** The declaration of docs/formats/wire.md. */
    String declaration() {
        return " pfz_nodes=" + nodes
                + " pfz_movable=" + (movableMib > 0 || hotplugMib > 0 ? 1 : 0)
                + " pfz_cma=" + cmaMib
                + " pfz_hotplug=" + hotplugMib
                + " pfz_swap=" + swapMib
                + " pfz_hugepages=" + hugepages;
    }

    /** In words, for people. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(mib).append(" MiB on ").append(nodes).append(nodes == 1 ? " node" : " nodes");
        part(text, movableMib, " MiB in ZONE_MOVABLE");
        part(text, cmaMib, " MiB of CMA on node 0");
        part(text, hotplugMib, " MiB added to ZONE_MOVABLE after boot");
        part(text, swapMib, " MiB of swap in zram");
        part(text, hugepages, " huge pages");
        return text.toString();
    }

    private static void part(StringBuilder text, int amount, String of) {
        if (amount > 0) {
            text.append(", ").append(amount).append(of);
        }
    }
}
