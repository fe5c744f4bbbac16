// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a selftest needs beside its file to go into the kernel's tree. */
public final class SelftestNotes {
    private SelftestNotes() {}

    /** The line for the Makefile and a draft of the commit message, by file name. */
    public static Map<String, String> of(String name, List<TestCase> tests) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(name + ".Makefile-line", makefileLine(name) + "\n");
        StringBuilder message = new StringBuilder();
        message.append("selftests/mm: add ").append(name).append("\n\n");
        if (tests.size() == 1) {
            TestCase test = tests.get(0);
            message.append(wrap(test.sentence())).append("\n\n");
            message.append(wrap("The test asserts it from user space; pages are pinned through "
                    + test.pins().text() + ". It fails on a kernel with the bug, passes on one without, and"
                    + " skips with a reason where the kernel lacks what it needs."));
        } else {
            message.append(wrap(
                            tests.size() + " sequences of mmap, fork, pins and migration, each of which either broke"
                                    + " a kernel or took it somewhere new. Each asserts from user space what has to hold, and"
                                    + " skips with a reason where the kernel lacks what it needs."))
                    .append('\n');
            Map<Chapter, Long> chapters = tests.stream()
                    .collect(Collectors.groupingBy(
                            test -> Chapter.of(test.program()), TreeMap::new, Collectors.counting()));
            chapters.forEach(
                    (chapter, count) -> message.append('\n').append(wrap("- " + chapter.title() + ": " + count)));
        }
        message.append("\n\nSigned-off-by: \n");
        files.put(name + ".commit-message", message.toString());
        return files;
    }

    /** What is added to {@code tools/testing/selftests/mm/Makefile}. */
    public static String makefileLine(String name) {
        return "TEST_GEN_FILES += " + name;
    }

    private static String wrap(String text) {
        return CaseWriter.wrapped(text, "");
    }
}
