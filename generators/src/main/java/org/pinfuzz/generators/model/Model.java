// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a program should see, after the steps so far. Its one idea: memory is made of cells. A private page is unowned
 * (it reads its file's cell, or zero) or has its own cell; a shared page is the file's cell; a pin keeps the cell that it
 * was given. Fork copies owned cells for the child. The model is the ideal: where a kernel version promises less, the
 * invariant that notices says so.
 */
public final class Model {
    private final Map<Integer, Task> tasks = new TreeMap<>();
    private final Map<Integer, MemoryFile> files = new TreeMap<>();
    private final Map<Integer, Pin> pins = new TreeMap<>();
    private final Map<Integer, Descriptor> descriptors = new TreeMap<>();
    private int memories = 1;

    public Model() {
        tasks.put(0, new Task(0, 0));
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
        tasks.put(child, task(parent).forked(child, memories++));
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
        task(task).exit();
        leave(task);
    }

    /** A new program in the task: its memory is another one, and all its descriptors are closed. */
    public void exec(int task) {
        task(task).exec(memories++);
        leave(task);
    }

    private void leave(int task) {
        pins.values().forEach(pin -> pin.drop(task));
        files.values().forEach(file -> file.holders().remove(task));
        descriptors.values().forEach(descriptor -> descriptor.close(task));
        pins.values().stream()
                .filter(pin -> pin.maker() == task)
                .forEach(pin -> pin.pages().forEach(PinnedPage::unmap));
    }

    public void createFile(int task, int number, int pages) {
        files.put(number, new MemoryFile(new SharedObject(pages), new TreeSet<>(Set.of(task))));
    }

    /** Maps fresh anonymous memory. */
    public void mapAnonymous(int task, int region, int pages, boolean shared, Protection protection) {
        map(task, region, pages, shared, shared ? new SharedObject(pages) : null, protection);
    }

    /** Maps a file from its start; the mapping may reach past its end. */
    public void mapFile(int task, int region, int pages, boolean shared, SharedObject file, Protection protection) {
        map(task, region, pages, shared, file, protection);
    }

    private void map(
            int task, int region, int pages, boolean shared, @Nullable SharedObject object, Protection protection) {
        Region slot = task(task).region(region);
        for (int i = 0; i < pages; i++) {
            slot.map(i, new Page(shared, object, i, protection));
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
        page(task, region, index)
                .ifPresent(page -> pinnedPages(task, region, index).forEach(PinnedPage::pageOut));
    }

    public void setDontFork(int task, int region, int index, boolean dontFork) {
        page(task, region, index).ifPresent(page -> page.setDontFork(dontFork));
    }

    public void write(int task, int region, int index, long value) {
        page(task, region, index)
                .orElseThrow(() -> new IllegalArgumentException("nothing is mapped there"))
                .write(value);
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
                late += pin.pages().size();
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
     * @param file the file of mempinfd that holds the pin; empty where it has a descriptor of its own
     * @param pfns the frames as the guest saw them, one a page; empty where nobody looked
     * @param anonymous frames that the guest saw to be anonymous memory, not zero's and not a file's
     */
    public void pin(
            int number,
            PinMode mode,
            int task,
            int region,
            int first,
            int pages,
            List<Long> pfns,
            Set<Long> anonymous,
            Optional<MempinfdFile> file) {
        Pin pin = new Pin(number, mode, task, task(task).memory(), region, first, file.orElse(null));
        for (int i = 0; i < pages; i++) {
            int index = first + i;
            Page page = page(task, region, index)
                    .orElseThrow(() -> new IllegalArgumentException("page " + index + " is not mapped"));
            long pfn = i < pfns.size() ? pfns.get(i) : 0;
            pin.add(pinned(page, mode, pfn, anonymous.contains(pfn)));
        }
        pins.put(number, pin);
    }

    private static PinnedPage pinned(Page page, PinMode mode, long pfn, boolean anonymous) {
        PageKind kind = page.kind();
        if (kind == PageKind.SHARED) {
            return new PinnedPage(kind, page.cell().orElseThrow(), null, true, pfn);
        }
        if (mode.write()) {
            return new PinnedPage(PageKind.ANON, page.makeOwned(), null, true, pfn);
        }
        if (kind.owned()) {
            return new PinnedPage(kind, page.cell().orElseThrow(), null, true, pfn);
        }
        if (!mode.longTerm()) {
            // No version promises anything here (comment in gup_must_unshare, mm/internal.h).
            return new PinnedPage(kind, null, null, false, pfn);
        }
        // From 6.2 the pin unshares; before, the page stays zero or the file's as long as nobody writes it.
        if (anonymous) {
            return new PinnedPage(PageKind.ANON, page.makeOwned(), null, true, pfn);
        }
        Optional<Cell> file = page.fileCell();
        page.makeUncertain();
        return new PinnedPage(kind, page.cell().orElseThrow(), file.orElse(null), true, pfn);
    }

    public void unpin(int number) {
        pins.get(number).spend();
    }

    public void deviceWrite(Pin pin, int index, long value) {
        pin.pages().get(index).cell().ifPresent(cell -> cell.writtenByDevice(value, pin));
    }

    private List<PinnedPage> pinnedPages(int task, int region, int index) {
        List<PinnedPage> found = new ArrayList<>();
        for (Pin pin : pins.values()) {
            int offset = index - pin.first();
            if (pin.maker() == task
                    && pin.region() == region
                    && offset >= 0
                    && offset < pin.pages().size()) {
                found.add(pin.pages().get(offset));
            }
        }
        return found;
    }
}
