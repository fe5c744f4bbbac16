// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a program should see, after the steps so far. Its one idea: memory is made of cells. A private page is unowned
 * (it reads its file's cell, or zero) or has its own cell; a shared page is the file's cell; a pin keeps the cell that it
 * was given. Fork copies owned cells for the child. The model is the ideal: where a kernel version promises less, the
 * invariant that notices says so.
 */
public final class Model {
    /** Small pages of a page of 2 MiB. */
    private static final int HUGE_PAGE_PAGES = 512;

    private final Map<Integer, Task> tasks = new TreeMap<>();
    private final Map<Integer, MemoryFile> files = new TreeMap<>();
    private final Map<Integer, Pin> pins = new TreeMap<>();
    private final Map<Integer, Descriptor> descriptors = new TreeMap<>();
    private final Set<Integer> hugetlbRegions = new TreeSet<>();
    private int memories = 1;
    private boolean deviceUsed;
    private boolean memoryLimited;

    public Model() {
        tasks.put(0, new Task(0, new Memory(0)));
    }

    /** A memory file and the tasks that have its descriptor. */
    private record MemoryFile(SharedObject object, Set<Integer> holders) {}

    public boolean alive(int task) {
        Task known = tasks.get(task);
        return known != null && known.alive();
    }

    /** A living task. */
    public Task task(int number) {
        Task task = tasks.get(number);
        if (task == null || !task.alive()) {
            throw new IllegalArgumentException("t" + number + " is not alive");
        }
        return task;
    }

    public List<Task> livingTasks() {
        return tasks.values().stream().filter(Task::alive).toList();
    }

    public Optional<Page> page(int task, int region, int page) {
        return alive(task) ? task(task).region(region).page(page) : Optional.empty();
    }

    public Optional<Pin> pin(int number) {
        return Optional.ofNullable(pins.get(number));
    }

    public Collection<Pin> pins() {
        return java.util.Collections.unmodifiableCollection(pins.values());
    }

    public List<Pin> livePins() {
        return pins.values().stream().filter(Pin::live).toList();
    }

    /** The pages of a file, if the task has its descriptor. */
    public Optional<SharedObject> file(int task, int number) {
        MemoryFile file = files.get(number);
        return file != null && file.holders().contains(task) ? Optional.of(file.object()) : Optional.empty();
    }

    /** Numbers of the files that a task has. */
    public List<Integer> filesOf(int task) {
        return files.entrySet().stream()
                .filter(entry -> entry.getValue().holders().contains(task))
                .map(Map.Entry::getKey)
                .toList();
    }

    public void fork(int parent, int child) {
        add(parent, task(parent).forked(child, memories++));
    }

    /** A task with the parent's memory and copies of its descriptors. */
    public void thread(int parent, int child) {
        add(parent, task(parent).thread(child));
    }

    private void add(int parent, Task task) {
        int child = task.number();
        tasks.put(child, task);
        pins.values().forEach(pin -> pin.inherit(parent, child));
        for (MemoryFile file : files.values()) {
            if (file.holders().contains(parent)) {
                file.holders().add(child);
            }
        }
        for (Descriptor descriptor : descriptors.values()) {
            if (descriptor.holders().contains(parent)) {
                descriptor.open(child);
            }
        }
    }

    public void exit(int task) {
        int memory = task(task).memory();
        task(task).exit(new Memory(memories++));
        leave(task, memory);
    }

    /** A new program in the task: its memory is another one, and all its descriptors are closed. */
    public void exec(int task) {
        int memory = task(task).memory();
        task(task).exec(new Memory(memories++));
        leave(task, memory);
    }

    /** A task that has a memory, of several the first. */
    public Optional<Task> taskOf(int memory) {
        return livingTasks().stream().filter(task -> task.memory() == memory).findFirst();
    }

    private void leave(int task, int memory) {
        pins.values().forEach(pin -> pin.drop(task));
        files.values().forEach(file -> file.holders().remove(task));
        descriptors.values().forEach(descriptor -> descriptor.close(task));
        if (taskOf(memory).isEmpty()) {
            pinnedPages()
                    .filter(page -> page.place()
                            .filter(place -> place.memory() == memory)
                            .isPresent())
                    .forEach(PinnedPage::unmap);
        }
    }

    public void createFile(int task, int number, int pages) {
        createFile(task, number, pages, SharedObject.Kind.MEMORY);
    }

    public void createFile(int task, int number, int pages, SharedObject.Kind kind) {
        files.put(number, new MemoryFile(new SharedObject(pages, kind), new TreeSet<>(Set.of(task))));
    }

    /** Maps fresh anonymous memory. */
    public void mapAnonymous(int task, int region, int pages, boolean shared, Protection protection) {
        map(task, region, pages, shared, shared ? new SharedObject(pages) : null, protection, false);
    }

    /** Maps fresh pages of 2 MiB from the pool. */
    public void mapHugetlb(int task, int region, int pages, boolean shared) {
        map(task, region, pages, shared, shared ? new SharedObject(pages) : null, Protection.READ_WRITE, true);
    }

    /** Maps a file from its start; the mapping may reach past its end. */
    public void mapFile(int task, int region, int pages, boolean shared, SharedObject file, Protection protection) {
        map(task, region, pages, shared, file, protection, file.hugetlb());
    }

    private void map(
            int task,
            int region,
            int pages,
            boolean shared,
            @Nullable SharedObject object,
            Protection protection,
            boolean hugetlb) {
        if (hugetlb) {
            hugetlbRegions.add(region);
        }
        Region slot = task(task).region(region);
        for (int i = 0; i < pages; i++) {
            slot.map(i, new Page(shared, object, i, protection, hugetlb));
        }
    }

    public void unmap(int task, int region, int index) {
        task(task).region(region).unmap(index);
        pinnedPages(task, region, index).forEach(PinnedPage::unmap);
    }

    public void protect(int task, int region, int index, Protection protection) {
        page(task, region, index).ifPresent(page -> {
            if (page.protection() != protection) {
                pinnedPages(task, region, index).forEach(PinnedPage::changeProtection);
            }
            page.protect(protection);
        });
    }

    /** MADV_DONTNEED of one page: a private one is unowned again. */
    public void discard(int task, int region, int index) {
        page(task, region, index).ifPresent(page -> {
            page.discard();
            if (!page.shared()) {
                pinnedPages(task, region, index).forEach(PinnedPage::unmap);
            }
        });
    }

    /** MADV_PAGEOUT of one page: what it holds stays, and what is pinned should stay where it is. */
    public void pageOut(int task, int region, int index) {
        page(task, region, index).ifPresent(page -> {
            page.pageOut();
            pinnedPages(task, region, index).forEach(PinnedPage::pageOut);
        });
    }

    /**
     * A page is registered with its memory's userfaultfd.
     *
     * @param found whether the page table has nothing there
     * @param marked whether it is write-protected from now on: by a mark that an earlier registration left
     */
    public void register(int task, int region, int index, UffdMode mode, Certainty found, Certainty marked) {
        page(task, region, index).ifPresent(page -> page.register(mode, found, marked));
    }

    /** Userfaultfd protects a page from being written, or does so no longer. */
    public void writeProtect(int task, int region, int index, Certainty marked) {
        page(task, region, index).ifPresent(page -> page.setWriteProtected(marked));
        pinnedPages(task, region, index).forEach(PinnedPage::changeProtection);
    }

    /** Userfaultfd put a page with a value where nothing was. */
    public void fillWithCopy(int task, int region, int index, long value) {
        page(task, region, index).ifPresent(page -> {
            page.discard();
            page.write(value);
        });
    }

    /** Userfaultfd put zeroes where nothing was. */
    public void fillWithZero(int task, int region, int index) {
        page(task, region, index).ifPresent(Page::fillWithZero);
    }

    /** Userfaultfd moved what a page holds to a page where nothing was. Pins go along. */
    public void take(int task, Place from, Place to) {
        Page source = page(task, from.region(), from.page()).orElseThrow();
        List<PinnedPage> pinned = pinnedPages(task, from.region(), from.page());
        page(task, to.region(), to.page()).orElseThrow().take(source);
        pinned.forEach(moved -> moved.moveTo(to));
    }

    /** A device that mirrors the memory writes. */
    public void writeByMirror(int task, int region, int index, long value) {
        page(task, region, index).ifPresent(page -> page.writeByMirror(value));
    }

    /** A private page came into the memory of a device; where there was none, one of zeroes did. */
    public void travel(int task, int region, int index) {
        page(task, region, index).filter(page -> !page.shared()).ifPresent(Page::travel);
        deviceUsed = true;
    }

    /** Whether any page of the program was in the memory of a device. */
    public boolean deviceUsed() {
        return deviceUsed;
    }

    /** Whether a page of a memory is pinned, as far as pins know where their pages are; zero's and files' do not count. */
    public boolean pinned(int task, int region, int index) {
        Place place = new Place(task(task).memory(), region, index);
        return livePins().stream()
                .filter(pin -> pin.mode().by().pins())
                .flatMap(pin -> pin.held().stream())
                .filter(page -> page.kind().owned())
                .anyMatch(page -> page.place().filter(place::equals).isPresent());
    }

    /** Whether any task asked for equal pages to be merged. */
    public boolean anythingMergeable() {
        return livingTasks().stream()
                .flatMap(task -> task.regions().values().stream())
                .flatMap(region -> IntStream.range(0, Region.MAX_PAGES)
                        .mapToObj(region::page)
                        .flatMap(Optional::stream))
                .anyMatch(Page::mergeable);
    }

    /** From now on the kernel may run short of memory at every step: it swaps out, refuses or kills. */
    public void limitMemory() {
        memoryLimited = true;
        pinnedPages().forEach(PinnedPage::pageOut);
    }

    public boolean memoryLimited() {
        return memoryLimited;
    }

    public void setDontFork(int task, int region, int index, boolean dontFork) {
        page(task, region, index).ifPresent(page -> page.setDontFork(dontFork));
    }

    public void setWipeOnFork(int task, int region, int index, boolean wipe) {
        page(task, region, index).ifPresent(page -> page.setWipeOnFork(wipe));
    }

    /** mlock has brought a page in. */
    public void setResident(int task, int region, int index) {
        page(task, region, index).ifPresent(Page::setResident);
    }

    public void setLocked(int task, int region, int index, boolean locked) {
        page(task, region, index).ifPresent(page -> page.setLocked(locked));
    }

    /** An mlock was refused that may have locked some of its pages. */
    public void setPerhapsLocked(int task, int region, int index) {
        page(task, region, index).ifPresent(Page::setPerhapsLocked);
    }

    public void setMergeable(int task, int region, int index, boolean mergeable) {
        page(task, region, index).ifPresent(page -> page.setMergeable(mergeable));
    }

    /** MADV_FREE of one page: what it holds may be gone, and so may what a pin shares with it. */
    public void offerToFree(int task, int region, int index) {
        page(task, region, index).ifPresent(page -> {
            page.offerToFree();
            pinnedPages(task, region, index).forEach(PinnedPage::unmap);
        });
    }

    /** A guard in place of a page; what the page held is gone. */
    public void installGuard(int task, int region, int index) {
        page(task, region, index).ifPresent(page -> {
            page.discard();
            page.setGuard(true);
        });
        pinnedPages(task, region, index).forEach(PinnedPage::unmap);
    }

    public void removeGuard(int task, int region, int index) {
        page(task, region, index).ifPresent(page -> page.setGuard(false));
    }

    /** The kernel gave a private page its own cell, as a write does, and wrote nothing. */
    public void own(int task, int region, int index) {
        page(task, region, index).ifPresent(Page::faultIn);
    }

    /** Whether any region was of the pool of huge pages. */
    public boolean hadHugetlb() {
        return !hugetlbRegions.isEmpty();
    }

    /** The pages that mlock keeps in a living task's memory. */
    public PageCount locked(int task) {
        List<Page> pages = task(task).regions().values().stream()
                .flatMap(region -> java.util.stream.IntStream.range(0, Region.MAX_PAGES)
                        .mapToObj(region::page)
                        .flatMap(Optional::stream))
                .toList();
        long certain = pages.stream().filter(Page::locked).count();
        return new PageCount(
                certain, certain + pages.stream().filter(Page::perhapsLocked).count());
    }

    /** Whether a region's pages are those of the pool of huge pages. */
    public boolean hugetlb(int region) {
        return hugetlbRegions.contains(region);
    }

    /**
     * Moves a page to another region; pins go along.
     *
     * @param keep whether the mapping stays behind, empty
     */
    public void move(int task, Place from, Place to, boolean keep) {
        Page page = page(task, from.region(), from.page()).orElseThrow();
        if (page.hugetlb()) {
            hugetlbRegions.add(to.region());
        }
        List<PinnedPage> pinned = pinnedPages(task, from.region(), from.page());
        Region source = task(task).region(from.region());
        source.unmap(from.page());
        if (keep) {
            source.map(from.page(), page.leftBehind());
        }
        page.unregister();
        task(task).region(to.region()).map(to.page(), page);
        // What is left of a shared mapping still maps what is pinned.
        if (!keep || !page.shared()) {
            pinned.forEach(moved -> moved.moveTo(to));
        }
    }

    /** The mapping of a page grows by the pages that follow it. */
    public void grow(int task, int region, int last, int pages) {
        Page page = page(task, region, last).orElseThrow();
        Region slot = task(task).region(region);
        for (int i = 1; i <= pages; i++) {
            slot.map(last + i, page.next(i));
            if (page.locked() && page.protection().writable() && !page.shared()) {
                slot.page(last + i).orElseThrow().faultIn();
            }
        }
    }

    public void write(int task, int region, int index, long value) {
        page(task, region, index)
                .orElseThrow(() -> new IllegalArgumentException("nothing is mapped there"))
                .write(value);
    }

    /**
     * A page may have been brought in by a look at it. Where the pool's file has no page yet, a private mapping gets one of
     * its own even so (hugetlb_no_page, mm/hugetlb.c).
     */
    public void readIn(int task, int region, int index) {
        page(task, region, index)
                .filter(page -> page.hugetlb() && page.fileCell().isPresent())
                .ifPresent(Page::makeUncertain);
    }

    /** The kernel may have given a private page its own cell, or not: a pin was tried and refused. */
    public void touchForPin(int task, int region, int index) {
        page(task, region, index).ifPresent(Page::makeUncertain);
    }

    /** The descriptor, if the task has it open. */
    public Optional<Descriptor> descriptor(int task, int number) {
        return descriptor(number).filter(descriptor -> descriptor.holders().contains(task));
    }

    /** The descriptor, if any task has it open. */
    public Optional<Descriptor> descriptor(int number) {
        return Optional.ofNullable(descriptors.get(number))
                .filter(descriptor -> !descriptor.holders().isEmpty());
    }

    /** The descriptors that some task has open. */
    public List<Descriptor> descriptors() {
        return descriptors.values().stream()
                .filter(descriptor -> !descriptor.holders().isEmpty())
                .toList();
    }

    public void openMempinfd(int task, int number) {
        addDescriptor(task, number, new MempinfdFile());
    }

    /** A second descriptor of the same open file. */
    public void duplicate(int task, int number, int copy) {
        addDescriptor(task, copy, descriptor(task, number).orElseThrow().file());
    }

    private void addDescriptor(int task, int number, MempinfdFile file) {
        Descriptor descriptor = new Descriptor(number, file);
        descriptor.open(task);
        descriptors.put(number, descriptor);
    }

    /** Another task gets a descriptor that somebody has. */
    public void take(int task, int number) {
        descriptors.get(number).open(task);
    }

    public void close(int task, int number) {
        descriptors.get(number).close(task);
    }

    public void limitMemlock(int task, int pages) {
        task(task).limitMemlock(pages);
    }

    /**
     * The pages that the kernel charges a living task's memory with: those of its pins by mempinfd, and perhaps those that
     * io_uring ever pinned there, because it gives them back late.
     */
    public PageCount charged(int task) {
        int memory = task(task).memory();
        long certain = 0;
        long late = 0;
        for (Pin pin : pins.values()) {
            if (pin.memory() == memory && pin.mode().by() == PinMode.By.MEMPINFD && pin.live()) {
                certain += pin.pages().size();
            } else if (pin.memory() == memory && pin.mode().by() == PinMode.By.IO_URING) {
                late += (long) pin.pages().size() * HUGE_PAGE_PAGES;
            }
        }
        return new PageCount(certain, certain + late);
    }

    /** Pages that mempinfd holds pinned, as the kernel's counters have it: pins of the zero page may not count. */
    public PageCount held() {
        long least = 0;
        long most = 0;
        for (Pin pin : livePins()) {
            if (pin.mode().by() == PinMode.By.MEMPINFD) {
                most += pin.pages().size();
                least += pin.pages().stream()
                        .filter(page -> page.kind() != PageKind.ZERO)
                        .count();
            }
        }
        return new PageCount(least, most);
    }

    /**
     * Pins pages, all of which the mode may access.
     *
     * @param owner the task in whose memory the pages are
     * @param file the file of mempinfd that holds the pin; empty where it has a descriptor of its own
     * @param pfns the frames as the guest saw them, one a page; empty where nobody looked
     * @param anonymous frames that the guest saw to be anonymous memory, not zero's and not a file's
     */
    public void pin(
            int number,
            PinMode mode,
            int task,
            int owner,
            int region,
            int first,
            int pages,
            List<Long> pfns,
            Set<Long> anonymous,
            Optional<MempinfdFile> file) {
        Pin pin = new Pin(number, mode, task, task(owner).memory(), region, first, file.orElse(null));
        for (int i = 0; i < pages; i++) {
            int index = first + i;
            Page page = page(owner, region, index)
                    .orElseThrow(() -> new IllegalArgumentException("page " + index + " is not mapped"));
            long pfn = i < pfns.size() ? pfns.get(i) : 0;
            Place place = new Place(pin.memory(), region, index);
            PinnedPage made = pinned(page, mode, place, pfn, anonymous.contains(pfn));
            if (memoryLimited) {
                made.pageOut();
            }
            pin.add(made);
        }
        pins.put(number, pin);
    }

    private static PinnedPage pinned(Page page, PinMode mode, Place place, long pfn, boolean anonymous) {
        PageKind kind = page.kind();
        if (kind == PageKind.SHARED) {
            return new PinnedPage(kind, page.cell().orElseThrow(), null, true, place, pfn);
        }
        if (mode.write()) {
            return new PinnedPage(PageKind.ANON, page.makeOwned(), null, true, place, pfn);
        }
        if (kind.owned()) {
            return new PinnedPage(kind, page.cell().orElseThrow(), null, true, place, pfn);
        }
        if (!mode.longTerm()) {
            // No version promises anything here (comment in gup_must_unshare, mm/internal.h).
            return new PinnedPage(kind, null, null, false, place, pfn);
        }
        // From 6.2 the pin unshares; before, the page stays zero or the file's as long as nobody writes it.
        if (anonymous) {
            return new PinnedPage(PageKind.ANON, page.makeOwned(), null, true, place, pfn);
        }
        Optional<Cell> file = page.fileCell();
        page.makeUncertain();
        return new PinnedPage(kind, page.cell().orElseThrow(), file.orElse(null), true, place, pfn);
    }

    public void unpin(int number) {
        pins.get(number).spend();
    }

    /** Some of a pin's pages are given back, or all that it still had. */
    public void unpin(int number, int first, int pages) {
        Pin pin = pins.get(number);
        for (int i = first; i < Math.min(first + pages, pin.pages().size()); i++) {
            pin.pages().get(i).release();
        }
        if (pin.held().isEmpty()) {
            pin.spend();
        }
    }

    /** A task closes its descriptor of a pin. */
    public void closePin(int task, int number) {
        pins.get(number).drop(task);
    }

    /** Pages of a file, by its descriptor and no mapping. */
    public void pinFile(int number, PinMode mode, int task, SharedObject file, int first, List<Long> pfns) {
        Pin pin = new Pin(number, mode, task, task(task).memory(), 0, first, null);
        for (int i = 0; i < pfns.size(); i++) {
            pin.add(new PinnedPage(PageKind.SHARED, file.cell(first + i), null, true, null, pfns.get(i)));
        }
        pins.put(number, pin);
    }

    /** References of a pipe to pages of a range. What is written later may go elsewhere. */
    public void splice(int number, int task, int region, int first, int pages, List<Long> pfns) {
        PinMode mode = new PinMode(PinMode.By.VMSPLICE, false, false);
        Pin pin = new Pin(number, mode, task, task(task).memory(), region, first, null);
        for (int i = 0; i < pages; i++) {
            Page page = page(task, region, first + i).orElseThrow();
            long pfn = i < pfns.size() ? pfns.get(i) : 0;
            pin.add(new PinnedPage(page.kind(), page.cell().orElse(null), null, page.shared(), null, pfn));
        }
        pins.put(number, pin);
    }

    public void deviceWrite(Pin pin, int index, long value) {
        PinnedPage page = pin.pages().get(index);
        if (!page.released()) {
            page.cell().ifPresent(cell -> cell.writtenByDevice(value, pin));
        }
    }

    private Stream<PinnedPage> pinnedPages() {
        return pins.values().stream().flatMap(pin -> pin.pages().stream());
    }

    private List<PinnedPage> pinnedPages(int task, int region, int index) {
        Place place = new Place(task(task).memory(), region, index);
        return pinnedPages()
                .filter(page -> page.place().filter(place::equals).isPresent())
                .toList();
    }
}
