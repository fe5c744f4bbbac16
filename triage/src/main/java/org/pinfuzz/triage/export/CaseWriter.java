// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.pinfuzz.generators.model.Accepted;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.model.Task;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.operation.CText;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Handle;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

/** Writes one case: its steps, task by task, and what its invariant expects. */
final class CaseWriter implements CText {
    private static final Set<String> PLACE = Set.of("LT-ZONE");
    private static final Set<String> BALANCE = Set.of("PIN-BALANCE");
    private static final Set<String> FREED = Set.of("NO-FREE-WHILE-PINNED", "MAYBE-DMA-PINNED");
    private static final Set<String> VALUES = Set.of(
            "PIN-COHERENT-W",
            "PIN-COHERENT-R",
            "FORK-PARENT-KEEPS",
            "FORK-CHILD-ISOLATED",
            "LT-STAY",
            "VALUES",
            "RESULT",
            "NO-FREE-WHILE-PINNED",
            "MAYBE-DMA-PINNED");
    private static final Set<String> PROBED =
            Set.of("PIN-COHERENT-W", "FORK-PARENT-KEEPS", "FORK-CHILD-ISOLATED", "LT-STAY", "VALUES");
    private static final String WARNED = "NO-SPLAT";
    private static final String STAY = "LT-STAY";
    private static final String RESULT = "RESULT";

    private final TestCase test;
    private final String prefix;
    private final Model model = new Model();
    private final Set<String> used = new LinkedHashSet<>();
    private final Map<Integer, List<String>> bodies = new TreeMap<>();
    private final Set<String> declared = new LinkedHashSet<>();
    private final Map<Integer, Integer> parents = new TreeMap<>();
    private final Set<Integer> stayed = new TreeSet<>();
    private int index;
    private int task;
    private int turn;

    /** @param prefix what the names of its functions begin with; they end in the task */
    CaseWriter(TestCase test, String prefix) {
        this.test = test;
        this.prefix = prefix;
        write();
    }

    /** Whether what an invariant says can be asserted from user space. */
    static boolean canAssert(String invariant) {
        return PLACE.contains(invariant)
                || BALANCE.contains(invariant)
                || VALUES.contains(invariant)
                || invariant.equals(WARNED);
    }

    Set<String> pieces() {
        return used;
    }

    /** Declarations of the handles. */
    Set<String> declarations() {
        return declared;
    }

    /** The functions of all tasks, that of the first one last. */
    String functions() {
        StringBuilder text = new StringBuilder();
        List<Integer> order = new ArrayList<>(bodies.keySet());
        for (int i = order.size() - 1; i >= 0; i--) {
            int number = order.get(i);
            if (number == 0) {
                text.append("/*\n * ").append(wrapped(test.sentence(), " * ")).append("\n */\n");
            }
            text.append(number == 0 ? "static void " : "__attribute__((noreturn))\nstatic void ")
                    .append(name(number))
                    .append("(void)\n{\n");
            bodies.get(number)
                    .forEach(line ->
                            text.append(line.isEmpty() ? "" : "\t").append(line).append('\n'));
            text.append("}\n\n");
        }
        return text.toString();
    }

    String name(int number) {
        return number == 0 ? prefix : prefix + "_" + HandleKind.TASK.text(number);
    }

    /** Breaks a text into lines of a comment. */
    static String wrapped(String text, String before) {
        StringBuilder lines = new StringBuilder();
        int column = 0;
        for (String word : text.split(" ")) {
            if (column > 0 && column + word.length() > 75) {
                lines.append('\n').append(before);
                column = 0;
            } else if (column > 0) {
                lines.append(' ');
                column++;
            }
            lines.append(word);
            column += word.length();
        }
        return lines.toString();
    }

    private List<String> body(int of) {
        return bodies.computeIfAbsent(of, unused -> new ArrayList<>());
    }

    private void write() {
        used.add("base");
        used.add("check");
        Program program = test.program();
        body(0);
        for (Step step : program.steps()) {
            step.created()
                    .filter(handle -> handle.kind() == HandleKind.PIN)
                    .map(Handle::number)
                    .ifPresent(this::open);
        }
        if (BALANCE.contains(test.invariant())) {
            used.add("settled");
            body(0).add(0, "long before = pages_pinned();");
            body(0).add(1, "long left;");
            body(0).add(2, "");
        }
        if (test.invariant().equals(WARNED)) {
            used.add("warned");
            body(0).add(0, "int before = kernel_warned();");
            body(0).add(1, "");
        }
        for (index = 0; index < program.size(); index++) {
            Step step = program.steps().get(index);
            Operation operation = Operations.of(step);
            if (!model.alive(step.task()) || operation.skipped(model, step)) {
                continue;
            }
            become(step.task());
            if (!body(task).isEmpty() && !body(task).get(body(task).size() - 1).isEmpty()) {
                line("");
            }
            comment(step);
            operation.writeC(step, this);
            operation.apply(model, index, step, Optional.empty());
        }
        assertInvariant();
        become(0);
        children();
        if (BALANCE.contains(test.invariant())) {
            line("");
            line("/* What is still held is given back; then nothing may be pinned. */");
            for (Pin pin : model.livePins()) {
                line("if (" + pages(pin.number()) + " > 0)");
                line("\t" + device(pin.number()).prefix() + "_unpin(&" + pin(pin.number()) + ");");
                used.add(device(pin.number()).prefix() + "_unpin");
            }
            line("left = pages_left_pinned(before);");
            line("check(!left, \"%ld pages stay pinned\", left);");
        }
        if (test.invariant().equals(WARNED)) {
            line("check(before || !kernel_warned(), \"the kernel warned\");");
        }
        parents.keySet().stream().filter(model::alive).forEach(child -> {
            if (bodies.containsKey(child)) {
                List<String> lines = body(child);
                lines.add("");
                lines.add("for (;;)");
                lines.add("\tpause();");
            }
        });
    }

    private void comment(Step step) {
        line("/* " + HandleKind.TASK.text(step.task()) + ": " + step.operation().name()
                + (step.argumentText().isEmpty() ? "" : " " + step.argumentText()) + " */");
    }

    /** What comes next is done by a task; the one before hands over to it. */
    private void become(int next) {
        if (next == task) {
            return;
        }
        used.add("turns");
        turn++;
        line("pass_turn(" + turn + ");");
        task = next;
        line("await_turn(" + turn + ");");
    }

    private void open(int number) {
        PinDevice device = device(number);
        used.add(device.prefix());
        declared.add("static struct " + device.prefix() + "_pin " + pin(number));
        body(0).add(device.prefix() + "_open(&" + pin(number) + ");");
    }

    private PinDevice device(int number) {
        PinDevice device = test.pins().devices().get(number);
        if (device == null) {
            throw new IllegalArgumentException("nothing is chosen to make k" + number);
        }
        return device;
    }

    /** Pins of one number may have several devices in one file of many cases. */
    private String pin(int number) {
        return HandleKind.PIN.text(number) + "_" + device(number).prefix();
    }

    private static String pages(int number) {
        return HandleKind.PIN.text(number) + "_pages";
    }

    private static String frames(int number) {
        return HandleKind.PIN.text(number) + "_frames";
    }

    @Override
    public Model model() {
        return model;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public void line(String line) {
        body(task).add(line);
        declareHandles(line);
    }

    /** Handles are the only words of these shapes. */
    private void declareHandles(String line) {
        for (String word : line.split("\\W+")) {
            if (word.matches("r\\d")) {
                declared.add("static char *" + word);
            } else if (word.matches("f\\d")) {
                declared.add("static int " + word);
            } else if (word.matches("k\\d+_pages")) {
                declared.add("static long " + word);
            } else if (word.matches("t\\d") && !word.equals("t0") && line.contains("fork_task")) {
                declared.add("static pid_t " + word);
            }
        }
    }

    @Override
    public void uses(String piece) {
        used.add(piece);
    }

    @Override
    public String at(int region, int page) {
        String name = HandleKind.REGION.text(region);
        return page == 0 ? name : name + " + " + CText.bytes(page);
    }

    @Override
    public boolean reachesBeyond(int region, int pages) {
        String name = HandleKind.REGION.text(region);
        for (Step step : test.program().steps()) {
            String text = step.argumentText();
            if (text.startsWith("region=" + name + " first=")
                    && text.contains(" pages=")
                    && step.arguments().get(1) + step.arguments().get(2) > pages) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void call(String condition, String what) {
        if (test.invariant().equals(RESULT) && index == test.program().size() - 1) {
            check(condition, what + " answers what it should");
            return;
        }
        used.add("need");
        line("need(" + condition + ", \"" + what + "\");");
    }

    @Override
    public void check(String condition, String what) {
        String whole = "check(" + condition + ", \"" + what + "\");";
        if (whole.length() <= 90) {
            line(whole);
        } else {
            line("check(" + condition + ",");
            line("      \"" + what + "\");");
        }
    }

    @Override
    public void fork(int child) {
        used.add("fork_task");
        String name = HandleKind.TASK.text(child);
        parents.put(child, task);
        boolean acts = test.program().steps().stream().anyMatch(step -> step.task() == child) || looksAt();
        line(name + " = fork_task();");
        line("if (!" + name + ")");
        if (acts) {
            body(child);
            line("\t" + name(child) + "();");
        } else {
            line("\tfor (;;)");
            line("\t\tpause();");
        }
    }

    private boolean looksAt() {
        return VALUES.contains(test.invariant());
    }

    @Override
    public void exit() {
        int parent = parents.getOrDefault(task, task);
        String name = HandleKind.TASK.text(task);
        if (parent == task) {
            throw new IllegalArgumentException("the first task's exit cannot be written as a C test");
        }
        if (!model.alive(parent)) {
            throw new IllegalArgumentException("the exit of an orphan cannot be written as a C test");
        }
        used.add("turns");
        turn++;
        line("pass_turn(" + turn + ");");
        line("_exit(0);");
        task = parent;
        line("await_turn(" + turn + ");");
        line("waitpid(" + name + ", NULL, 0);");
    }

    @Override
    public void pin(PinRequest request) {
        PinDevice device = device(request.pin());
        String pages = pages(request.pin());
        used.add(device.prefix() + "_pin");
        line(pages + " = " + device.prefix() + "_pin(&" + pin(request.pin()) + ", "
                + at(request.region(), request.first()) + ", " + request.pages() + device.flags(request) + ");");
        boolean mayFail = PLACE.contains(test.invariant()) || BALANCE.contains(test.invariant());
        if (test.invariant().equals(RESULT) && index == test.program().size() - 1) {
            check(
                    request.possible() == 0 ? pages + " < 0" : pages + " > 0 && " + pages + " <= " + request.possible(),
                    "the pin answers how many pages it holds");
        } else if (!mayFail) {
            used.add("need");
            line("need(" + pages + " == " + request.possible() + ", \"pinning\");");
        }
        if (PLACE.contains(test.invariant()) && request.longTerm()) {
            used.add("frames");
            used.add("zones");
            line("for (long i = 0; i < " + pages + "; i++)");
            line("\tcheck(!is_movable(frame_of(" + at(request.region(), request.first()) + " + i * page)),");
            line("\t      \"page %ld of a long-term pin lies in ZONE_MOVABLE\", i);");
        }
        if (test.invariant().equals(STAY)) {
            used.add("frames");
            stayed.add(request.pin());
            declared.add("static unsigned long " + frames(request.pin()) + "[" + Region.MAX_PAGES + "]");
            line("for (long i = 0; i < " + pages + "; i++)");
            line("\t" + frames(request.pin()) + "[i] = frame_of(" + at(request.region(), request.first())
                    + " + i * page);");
        }
    }

    @Override
    public void unpin(int number) {
        used.add(device(number).prefix() + "_unpin");
        line(device(number).prefix() + "_unpin(&" + pin(number) + ");");
    }

    @Override
    public String deviceRead(int number, int page) {
        used.add(device(number).prefix() + "_read");
        return device(number).prefix() + "_read(&" + pin(number) + ", " + page + ")";
    }

    @Override
    public void deviceWrite(int number, int page, long value) {
        used.add(device(number).prefix() + "_write");
        line(device(number).prefix() + "_write(&" + pin(number) + ", " + page + ", " + CText.value(value) + ");");
    }

    private void assertInvariant() {
        if (!VALUES.contains(test.invariant())) {
            return;
        }
        if (test.invariant().equals(STAY)) {
            assertFrames();
        }
        if (FREED.contains(test.invariant())) {
            used.add("churn");
            become(task);
            line("");
            line("/* Whoever gets a page that was freed too early writes to it. */");
            line("churn();");
        }
        assertValues("What devices and tasks see now.");
        if (PROBED.contains(test.invariant())) {
            probe();
        }
    }

    private void assertFrames() {
        for (Pin pin : model.livePins()) {
            if (!stayed.contains(pin.number()) || !model.alive(pin.maker())) {
                continue;
            }
            become(pin.maker());
            line("");
            line("/* What is pinned stays where it is. */");
            for (int i = 0; i < pin.pages().size(); i++) {
                if (pin.pages().get(i).mapped()) {
                    String at = at(pin.region(), pin.first() + i);
                    check(
                            "frame_of(" + at + ") == " + frames(pin.number()) + "[" + i + "]",
                            "page " + i + " of k" + pin.number() + " is where it was pinned");
                }
            }
        }
    }

    /** A task that may read through a pin. */
    private Optional<Integer> reader(Pin pin) {
        return model.livingTasks().stream()
                .map(Task::number)
                .filter(pin::usableBy)
                .findFirst();
    }

    private void assertValues(String why) {
        List<String> seen = new ArrayList<>();
        for (Pin pin : model.livePins()) {
            Optional<Integer> reader = reader(pin);
            for (int i = 0; reader.isPresent() && i < pin.pages().size(); i++) {
                Optional<Long> value = exactly(pin.pages().get(i).accepted());
                if (value.isPresent()) {
                    become(reader.get());
                    announce(seen, why);
                    check(
                            deviceRead(pin.number(), i) + " == " + CText.value(value.get()),
                            "the device reads " + Tokens.text(value.get()) + " through k" + pin.number() + " page "
                                    + i);
                }
            }
        }
        for (Task living : model.livingTasks()) {
            if (living.number() != 0 && !bodies.containsKey(living.number())) {
                continue;
            }
            living.regions().forEach((region, slot) -> {
                for (int i = 0; i < Region.MAX_PAGES; i++) {
                    Optional<Page> page = slot.page(i).filter(Page::readable);
                    Optional<Long> value = page.flatMap(there -> exactly(there.accepted()));
                    if (value.isPresent()) {
                        become(living.number());
                        announce(seen, why);
                        uses("value_at");
                        check(
                                "value_at(" + at(region, i) + ") == " + CText.value(value.get()),
                                HandleKind.TASK.text(living.number()) + " reads " + Tokens.text(value.get()) + " in r"
                                        + region + " page " + i);
                    }
                }
            });
        }
    }

    private void announce(List<String> seen, String why) {
        if (seen.isEmpty()) {
            line("");
            line("/* " + why + " */");
            seen.add(why);
        }
    }

    private static Optional<Long> exactly(Accepted accepted) {
        return accepted.any() || accepted.values().size() != 1
                ? Optional.empty()
                : accepted.values().stream().findFirst();
    }

    /** Owners write again, and devices must see it; devices write, and owners must. */
    private void probe() {
        boolean any = false;
        for (Pin pin : model.livePins()) {
            for (int i = 0; model.alive(pin.maker()) && i < pin.pages().size(); i++) {
                PinnedPage pinned = pin.pages().get(i);
                Optional<Page> page =
                        model.page(pin.maker(), pin.region(), pin.first() + i).filter(Page::writable);
                if (!pinned.coherent() || !pinned.mapped() || page.isEmpty()) {
                    continue;
                }
                become(pin.maker());
                long value = Tokens.of(index, i);
                uses("values");
                if (!any) {
                    line("");
                    line("/* The owner writes what is pinned. */");
                }
                any = true;
                line("write_pages(" + at(pin.region(), pin.first() + i) + ", 1, " + CText.value(value) + ");");
                model.write(pin.maker(), pin.region(), pin.first() + i, value);
            }
        }
        if (any) {
            assertValues("Whoever shares the pages sees it, nobody else does.");
        }
    }

    private void children() {
        List<Integer> living = parents.entrySet().stream()
                .filter(entry -> entry.getValue() == 0 && model.alive(entry.getKey()))
                .map(Map.Entry::getKey)
                .toList();
        if (!living.isEmpty()) {
            line("");
        }
        for (int child : living) {
            used.add("end_task");
            line("end_task(" + HandleKind.TASK.text(child) + ");");
        }
    }
}
