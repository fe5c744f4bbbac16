// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.program.Alphabet;
import org.pinfuzz.generators.program.OperationType;
import org.pinfuzz.generators.program.ProgramJson;
import org.pinfuzz.generators.program.Step;

/** The catalogue of operations; a new one is added here and nowhere else. */
public final class Operations {
    public static final Operation FORK = new Fork();
    public static final Operation EXIT = new Exit();
    public static final Operation MEMFD_CREATE = new MemfdCreate();
    public static final Operation MMAP = new Mmap();
    public static final Operation MMAP_FILE = new MmapFile();
    public static final Operation MUNMAP = new Munmap();
    public static final Operation MPROTECT = new Mprotect();
    public static final Operation MADVISE = new Madvise();
    public static final Operation WRITE = new Write();
    public static final Operation READ = new Read();
    public static final Operation PIN = new PinPages();
    public static final Operation URING_PIN = new UringPin();
    public static final Operation UNPIN = new Unpin();
    public static final Operation DEVICE_READ = new DeviceRead();
    public static final Operation DEVICE_WRITE = new DeviceWrite();
    public static final Operation MOVE_PAGES = new MovePages();
    public static final Operation MBIND = new Mbind();
    public static final Operation COMPACT = new Compact();
    public static final Operation MEMPINFD_OPEN = new MempinfdOpen();
    public static final Operation MEMPINFD_PIN = new MempinfdPin();
    public static final Operation MEMPINFD_UNPIN = new MempinfdUnpin();
    public static final Operation MEMPINFD_REQUEST = new MempinfdRequest();
    public static final Operation MEMPINFD_CLOSE = new MempinfdClose();
    public static final Operation MEMPINFD_DUP = new MempinfdDup();
    public static final Operation MEMPINFD_TAKE = new MempinfdTake();
    public static final Operation MEMLOCK_LIMIT = new MemlockLimit();
    public static final Operation EXEC = new Exec();
    public static final Operation THREAD = new Spawn();
    public static final Operation KILL = new Kill();
    public static final Operation TMPFS_CREATE = FileCreate.tmpfs();
    public static final Operation EXT4_CREATE = FileCreate.ext4();
    public static final Operation HUGETLB_CREATE = FileCreate.hugetlb();
    public static final Operation MMAP_HUGE = new MmapHuge();
    public static final Operation MMAP_HUGETLB = new MmapHugetlb();
    public static final Operation MREMAP = new Mremap();
    public static final Operation MREMAP_RESIZE = new MremapResize();
    public static final Operation MLOCK = new Mlock();
    public static final Operation MUNLOCK = new Munlock();
    public static final Operation MADV_FREE = new MadvFree();
    public static final Operation MADV_WIPEONFORK = WipeOnFork.wipe();
    public static final Operation MADV_KEEPONFORK = WipeOnFork.keep();
    public static final Operation MADV_COLD = AdviceWithoutEffect.cold();
    public static final Operation MADV_HUGEPAGE = AdviceWithoutEffect.hugepage();
    public static final Operation MADV_NOHUGEPAGE = AdviceWithoutEffect.nohugepage();
    public static final Operation MADV_COLLAPSE = new Collapse();
    public static final Operation MADV_POPULATE_READ = Populate.read();
    public static final Operation MADV_POPULATE_WRITE = Populate.write();
    public static final Operation MADV_MERGEABLE = Merge.mergeable();
    public static final Operation MADV_UNMERGEABLE = Merge.unmergeable();
    public static final Operation GUARD_INSTALL = Guard.install();
    public static final Operation GUARD_REMOVE = Guard.remove();
    public static final Operation FILL = new Fill();
    public static final Operation PEEK = new Peek();
    public static final Operation POKE = new Poke();
    public static final Operation PIN_EACH = new PinEach();
    public static final Operation PIN_REMOTE = new PinRemote();
    public static final Operation GUP_PIN = new GupPin();
    public static final Operation VMSPLICE = new Vmsplice();
    public static final Operation MEMFD_PIN = new MemfdPin();
    public static final Operation HOLD = new Hold();
    public static final Operation UNPIN_PART = new UnpinPart();
    public static final Operation PIN_CLOSE = new PinClose();
    public static final Operation UFFD_REGISTER = new UffdRegister();
    public static final Operation UFFD_PROTECT = new UffdProtect();
    public static final Operation UFFD_FILL = new UffdFill();
    public static final Operation UFFD_MOVE = new UffdMove();
    public static final Operation MIRROR_READ = MirrorAccess.read();
    public static final Operation MIRROR_WRITE = MirrorAccess.write();
    public static final Operation MIRROR_SNAPSHOT = new MirrorSnapshot();
    public static final Operation MIRROR_EXCLUSIVE = new MirrorExclusive();
    public static final Operation MIRROR_RELEASE = new MirrorRelease();
    public static final Operation MIGRATE_TO_DEVICE = new MigrateToDevice();
    public static final Operation MIGRATE_TO_SYSTEM = new MigrateToSystem();
    public static final Operation MIGRATE_PAGES = new MigratePages();
    public static final Operation MEMORY_OFFLINE = new MemoryOffline();
    public static final Operation CONTIG_ALLOCATE = new ContigAllocate();
    public static final Operation KSM_MERGE = new KsmMerge();
    public static final Operation SPLIT = new Split();
    public static final Operation NUMA_FAULT = new NumaFault();
    public static final Operation SOFT_OFFLINE = new SoftOffline();
    public static final Operation MEMORY_LIMIT = new MemoryLimit();
    public static final Operation FAIL_NTH = new FailNth();

    private static final List<Operation> ALL = List.of(
            FORK,
            EXIT,
            MEMFD_CREATE,
            MMAP,
            MMAP_FILE,
            MUNMAP,
            MPROTECT,
            MADVISE,
            WRITE,
            READ,
            PIN,
            URING_PIN,
            UNPIN,
            DEVICE_READ,
            DEVICE_WRITE,
            MOVE_PAGES,
            MBIND,
            COMPACT,
            MEMPINFD_OPEN,
            MEMPINFD_PIN,
            MEMPINFD_UNPIN,
            MEMPINFD_REQUEST,
            MEMPINFD_CLOSE,
            MEMPINFD_DUP,
            MEMPINFD_TAKE,
            MEMLOCK_LIMIT,
            EXEC,
            THREAD,
            KILL,
            TMPFS_CREATE,
            EXT4_CREATE,
            HUGETLB_CREATE,
            MMAP_HUGE,
            MMAP_HUGETLB,
            MREMAP,
            MREMAP_RESIZE,
            MLOCK,
            MUNLOCK,
            MADV_FREE,
            MADV_WIPEONFORK,
            MADV_KEEPONFORK,
            MADV_COLD,
            MADV_HUGEPAGE,
            MADV_NOHUGEPAGE,
            MADV_COLLAPSE,
            MADV_POPULATE_READ,
            MADV_POPULATE_WRITE,
            MADV_MERGEABLE,
            MADV_UNMERGEABLE,
            GUARD_INSTALL,
            GUARD_REMOVE,
            FILL,
            PEEK,
            POKE,
            PIN_EACH,
            PIN_REMOTE,
            GUP_PIN,
            VMSPLICE,
            MEMFD_PIN,
            HOLD,
            UNPIN_PART,
            PIN_CLOSE,
            UFFD_REGISTER,
            UFFD_PROTECT,
            UFFD_FILL,
            UFFD_MOVE,
            MIRROR_READ,
            MIRROR_WRITE,
            MIRROR_SNAPSHOT,
            MIRROR_EXCLUSIVE,
            MIRROR_RELEASE,
            MIGRATE_TO_DEVICE,
            MIGRATE_TO_SYSTEM,
            MIGRATE_PAGES,
            MEMORY_OFFLINE,
            CONTIG_ALLOCATE,
            KSM_MERGE,
            SPLIT,
            NUMA_FAULT,
            SOFT_OFFLINE,
            MEMORY_LIMIT,
            FAIL_NTH);

    public static final Alphabet ALPHABET = new Alphabet(ALL);

    /** Reads and writes programs of these operations. */
    public static final ProgramJson JSON = new ProgramJson(ALPHABET);

    private Operations() {}

    public static List<Operation> all() {
        return ALL;
    }

    public static Optional<Operation> named(String name) {
        return ALL.stream().filter(operation -> operation.name().equals(name)).findFirst();
    }

    /** The meaning of a step's operation. */
    public static Operation of(Step step) {
        OperationType type = step.operation();
        if (type instanceof Operation operation) {
            return operation;
        }
        throw new IllegalArgumentException(type.name() + " is not one of pinfuzz's operations");
    }
}
