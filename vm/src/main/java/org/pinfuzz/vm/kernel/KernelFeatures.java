// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static org.pinfuzz.vm.kernel.KernelFeature.Need.ASSERTION;
import static org.pinfuzz.vm.kernel.KernelFeature.Need.FACILITY;
import static org.pinfuzz.vm.kernel.KernelFeature.Need.GUEST;
import static org.pinfuzz.vm.kernel.KernelFeature.Need.INSTRUMENT;
import static org.pinfuzz.vm.kernel.KernelFeature.Need.MODULE;
import static org.pinfuzz.vm.kernel.KernelFeature.Need.PATCH;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.operation.Facility;
import org.pinfuzz.vm.VmException;

/** Every feature of a kernel that something here asks for: the one table of them. */
public final class KernelFeatures {
    private static final KernelVersion ALWAYS = new KernelVersion(5, 0);

    private static final List<KernelFeature> ALL = List.of(
            feature("console", GUEST, "what the kernel says: crashes, warnings, NO-SPLAT")
                    .needs("PRINTK", "TTY", "SERIAL_8250", "SERIAL_8250_CONSOLE")
                    .build(),
            feature("initramfs", GUEST, "the agent, which is in it")
                    .needs("BLK_DEV_INITRD", "BINFMT_ELF")
                    .build(),
            feature("virtio port", GUEST, "the way of programs into the guest and of traces out of it")
                    .needs("PCI", "VIRTIO_MENU", "VIRTIO_PCI", "VIRTIO_CONSOLE")
                    .build(),
            feature("proc, sys, dev", GUEST, "pagemap, vmstat, zones, settings, the port and the module's device")
                    .needs("PROC_FS", "PROC_SYSCTL", "SYSFS", "DEVTMPFS")
                    .build(),
            feature("futex", GUEST, "the tasks of a program, one step at a time")
                    .needs("FUTEX")
                    .build(),
            feature("timers", GUEST, "the limit of a step")
                    .needs("POSIX_TIMERS")
                    .build(),
            feature("port access", GUEST, "the step that was announced before a guest died")
                    .since("5.5", "X86_IOPL_IOPERM")
                    .build(),
            feature("memory calls", GUEST, "madvise, memfd_create and mmap_file, which every program may hold")
                    .needs("MMU", "ADVISE_SYSCALLS", "SHMEM", "TMPFS", "MEMFD_CREATE")
                    .build(),
            feature("modules", MODULE, "facts from the kernel itself, canaries, mempinfd as a device")
                    .needs("MODULES")
                    .absent("MODULE_SIG_FORCE", "TRIM_UNUSED_KSYMS")
                    .facility(Facility.MODULE)
                    .build(),
            feature("NUMA", FACILITY, "machines with two nodes, LT-STAY where pages are moved between them")
                    .needs("NUMA", "X86_64_ACPI_NUMA")
                    .after("SMP", "ACPI")
                    .facility(Facility.NUMA)
                    .build(),
            feature("migration", FACILITY, "LT-ZONE and LT-CMA: pins move pages away; LT-STAY")
                    .needs("MIGRATION")
                    .since("7.2", "NUMA_MIGRATION")
                    .build(),
            feature("compaction", FACILITY, "LT-STAY where memory is compacted")
                    .needs("COMPACTION")
                    .facility(Facility.COMPACTION)
                    .build(),
            feature("memory hotplug", FACILITY, "the machine hotplug: memory that goes offline under pins")
                    .needs("MEMORY_HOTPLUG", "MEMORY_HOTREMOVE", "ACPI_HOTPLUG_MEMORY")
                    .after("ACPI", "SPARSEMEM_VMEMMAP")
                    .build(),
            feature("CMA", FACILITY, "the machine cma, LT-CMA")
                    .needs("CMA", "DMA_CMA")
                    .build(),
            feature("huge pages", FACILITY, "the machine hugetlb; huge pages for the agent's own memory")
                    .needs("HUGETLBFS")
                    .build(),
            feature("transparent huge pages", FACILITY, "large folios that are pinned, split and moved")
                    .needs("TRANSPARENT_HUGEPAGE")
                    .build(),
            feature("KSM", FACILITY, "pages that are merged, and unshared for a pin")
                    .needs("KSM")
                    .build(),
            feature("userfaultfd", FACILITY, "faults that a program answers, pages that are moved by UFFDIO_MOVE")
                    .needs("USERFAULTFD")
                    .build(),
            feature("swap", FACILITY, "the machine swap: pages that go out and come back")
                    .needs("SWAP", "ZRAM")
                    .after("BLOCK", "BLK_DEV", "ZSMALLOC", "CRYPTO", "CRYPTO_LZO")
                    .build(),
            feature("device memory", FACILITY, "pages in the private memory of a device")
                    .needs("ZONE_DEVICE", "DEVICE_PRIVATE")
                    .module("TEST_HMM")
                    .after("TRANSPARENT_HUGEPAGE", "MEMORY_HOTPLUG", "MEMORY_HOTREMOVE", "RUNTIME_TESTING_MENU")
                    .build(),
            feature("gup_test", FACILITY, "pins by the kernel's own test")
                    .since("5.11", "GUP_TEST")
                    .after("DEBUG_FS")
                    .build(),
            feature("io_uring", FACILITY, "long-term pins without the module")
                    .needs("IO_URING")
                    .facility(Facility.IO_URING)
                    .build(),
            feature("udmabuf", FACILITY, "pins of shared files by memfd_pin_folios")
                    .needs("UDMABUF")
                    .after("DMA_SHARED_BUFFER", "SYNC_FILE")
                    .build(),
            feature("secret memory", FACILITY, "memory that must not be pinned")
                    .since("5.14", "SECRETMEM")
                    .build(),
            feature("soft-dirty", FACILITY, "write protection by clear_refs")
                    .needs("MEM_SOFT_DIRTY")
                    .after("CHECKPOINT_RESTORE")
                    .build(),
            feature("page monitor", FACILITY, "kind and mappings of a page, from /proc where there is no module")
                    .needs("PROC_PAGE_MONITOR")
                    .build(),
            feature("memory failure", FACILITY, "pages that are poisoned or taken offline")
                    .needs("MEMORY_FAILURE")
                    .after("X86_MCE")
                    .build(),
            feature("DEBUG_VM", ASSERTION, "NO-SPLAT: hundreds of checks of memory management")
                    .needs("DEBUG_KERNEL", "DEBUG_VM")
                    .build(),
            feature("page table check", ASSERTION, "NO-SPLAT: no page both anonymous and shared, none writable twice")
                    .since("5.17", "PAGE_TABLE_CHECK", "PAGE_TABLE_CHECK_ENFORCED")
                    .build(),
            feature("list check", ASSERTION, "NO-SPLAT: lists that were overwritten")
                    .needs("DEBUG_LIST")
                    .after("DEBUG_KERNEL")
                    .build(),
            feature("hung tasks", ASSERTION, "NO-SPLAT: tasks that wait for ever")
                    .needs("DETECT_HUNG_TASK")
                    .after("DEBUG_KERNEL")
                    .build(),
            feature("fault injection", ASSERTION, "allocations that fail where they rarely do")
                    .needs("FAULT_INJECTION", "FAULT_INJECTION_DEBUG_FS", "FAILSLAB", "FAIL_PAGE_ALLOC")
                    .after("DEBUG_KERNEL", "DEBUG_FS")
                    .build(),
            feature("KASAN", INSTRUMENT, "NO-SPLAT: use after free, access out of bounds")
                    .needs("KASAN")
                    .build(),
            feature("KCOV", INSTRUMENT, "the kernel's own coverage")
                    .needs("KCOV")
                    .build(),
            feature("lockdep", INSTRUMENT, "NO-SPLAT: locks in an order that can deadlock")
                    .needs("PROVE_LOCKING")
                    .build(),
            feature("mempinfd", PATCH, "mempinfd as a system call; stock kernels have the module's device")
                    .needs("MEMPINFD")
                    .build());

    private KernelFeatures() {}

    /** All of them, those first that most depends on. */
    public static List<KernelFeature> all() {
        return ALL;
    }

    /** Those of one kind of need that a kernel could have and lacks. */
    public static List<KernelFeature> missing(
            KernelVersion version, KernelConfig config, Set<KernelFeature.Need> needs) {
        return ALL.stream()
                .filter(feature -> needs.contains(feature.need()))
                .filter(feature -> feature.state(version, config) == KernelFeature.State.MISSING)
                .toList();
    }

    /**
     * The lines of a configuration that add what a kernel lacks, each feature under a comment that names it. To be merged
     * with the kernel's own {@code scripts/kconfig/merge_config.sh}.
     */
    public static List<String> fragment(KernelVersion version, KernelConfig config) {
        List<String> lines = new ArrayList<>();
        Set<String> set = new LinkedHashSet<>();
        for (KernelFeature feature : ALL) {
            if (!feature.need().proposed() || feature.state(version, config) != KernelFeature.State.MISSING) {
                continue;
            }
            lines.add("# " + feature.name() + ": " + feature.enables());
            feature.prerequisites().stream()
                    .filter(option -> !config.enabled(option))
                    .map(option -> "CONFIG_" + option + "=y")
                    .filter(set::add)
                    .forEach(lines::add);
            feature.missing(version, config).stream()
                    .map(KernelFeature.Setting::line)
                    .filter(set::add)
                    .forEach(lines::add);
        }
        return lines;
    }

    /**
     * Refuses a kernel in which no guest can work.
     *
     * @param withModule whether pinfuzz.ko is to be loaded
     * @throws VmException naming all that is missing, what for, and how it is had
     */
    public static void requireGuest(String what, KernelVersion version, KernelConfig config, boolean withModule) {
        Set<KernelFeature.Need> needs = withModule ? Set.of(GUEST, MODULE) : Set.of(GUEST);
        List<KernelFeature> missing = missing(version, config, needs);
        if (missing.isEmpty()) {
            return;
        }
        String list = missing.stream()
                .map(feature -> feature.name() + " (" + lines(feature, version, config) + "): " + feature.enables())
                .collect(Collectors.joining("\n  "));
        boolean module = missing.stream().allMatch(feature -> feature.need() == MODULE);
        throw new VmException("starting guests of " + what + " failed: its configuration lacks\n  " + list
                + "\nadd the lines that `pinfuzz kernels features --missing-config` prints and build it again"
                + (module ? ", or do without the module: --no-module" : ""));
    }

    private static String lines(KernelFeature feature, KernelVersion version, KernelConfig config) {
        return feature.missing(version, config).stream()
                .map(KernelFeature.Setting::line)
                .collect(Collectors.joining(", "));
    }

    private static Row feature(String name, KernelFeature.Need need, String enables) {
        return new Row(name, need, enables);
    }

    /** A row of the table while it is written down. */
    private static final class Row {
        private final String name;
        private final KernelFeature.Need need;
        private final String enables;
        private final List<KernelFeature.Setting> settings = new ArrayList<>();
        private List<String> prerequisites = List.of();
        private Optional<Facility> facility = Optional.empty();

        Row(String name, KernelFeature.Need need, String enables) {
            this.name = name;
            this.need = need;
            this.enables = enables;
        }

        Row needs(String... options) {
            return add('y', options);
        }

        /** An option that kernels have from a version on. */
        Row since(String version, String... options) {
            for (String option : options) {
                settings.add(new KernelFeature.Setting(option, 'y', KernelVersion.parse(version)));
            }
            return this;
        }

        Row module(String... options) {
            return add('m', options);
        }

        Row absent(String... options) {
            return add('n', options);
        }

        private Row add(char value, String... options) {
            for (String option : options) {
                settings.add(new KernelFeature.Setting(option, value, ALWAYS));
            }
            return this;
        }

        Row after(String... options) {
            prerequisites = List.of(options);
            return this;
        }

        Row facility(Facility told) {
            facility = Optional.of(told);
            return this;
        }

        KernelFeature build() {
            return new KernelFeature(name, need, settings, prerequisites, facility, enables);
        }
    }
}
