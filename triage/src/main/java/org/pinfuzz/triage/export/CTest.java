// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.pinfuzz.generators.invariant.Invariant;
import org.pinfuzz.generators.invariant.Invariants;

/** C files of test cases: a program that stands alone, or one of the kernel's selftests. */
public final class CTest {
    private static final List<String> HEADERS = List.of(
            "errno.h",
            "fcntl.h",
            "limits.h",
            "linux/futex.h",
            "linux/io_uring.h",
            "linux/mempolicy.h",
            "linux/types.h",
            "setjmp.h",
            "signal.h",
            "stdarg.h",
            "stdint.h",
            "stdio.h",
            "stdlib.h",
            "string.h",
            "sys/ioctl.h",
            "sys/mman.h",
            "sys/prctl.h",
            "sys/syscall.h",
            "sys/types.h",
            "sys/uio.h",
            "sys/wait.h",
            "time.h",
            "unistd.h");

    private CTest() {}

    /** One case as a program: exit code 0 for pass, 1 for fail, 4 for skip. */
    public static String program(TestCase test) {
        CaseWriter writer = new CaseWriter(test, "test");
        StringBuilder text = new StringBuilder();
        head(text, List.of(test), "Exit code: 0 pass, 1 fail, 4 skip.");
        includes(text, "");
        body(text, List.of(writer), "printf(");
        text.append("""
                int main(void)
                {
                	page = sysconf(_SC_PAGESIZE);
                	setlinebuf(stdout);
                	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
                	if (shared == MAP_FAILED)
                		return 4;
                	alarm(60);	/* a task that died would be waited for */
                	test();
                	printf("%s\\n", shared->failures ? "FAIL" : "PASS");
                	return !!shared->failures;
                }
                """);
        return text.toString();
    }

    /** Cases, in the order in which they stand, as a test of {@code tools/testing/selftests/mm}. */
    public static String selftest(List<TestCase> tests) {
        boolean several = tests.size() > 1;
        List<CaseWriter> writers =
                tests.stream().map(test -> new CaseWriter(test, test.name())).toList();
        StringBuilder text = new StringBuilder();
        head(text, tests, "Each case runs in a process of its own.");
        includes(text, "\n#include \"../kselftest.h\"\n");
        body(text, writers, "ksft_print_msg(");
        text.append("static const struct {\n")
                .append(several ? "\tconst char *chapter;\n" : "")
                .append("\tconst char *sentence;\n\tvoid (*run)(void);\n} cases[] = {\n");
        for (TestCase test : tests) {
            text.append("\t{ ")
                    .append(several ? quoted(Chapter.of(test.program()).title()) + ", " : "")
                    .append(quoted(test.sentence()))
                    .append(", ")
                    .append(test.name())
                    .append(" },\n");
        }
        text.append("""
                };

                static void run(int number)
                {
                	const char *sentence = cases[number].sentence;
                	int status = 0;
                	pid_t test;

                	shared->failures = 0;
                	shared->turn = 0;
                	fflush(stdout);
                	test = fork();
                	if (test < 0)
                		ksft_exit_fail_msg("fork: %s\\n", strerror(errno));
                	if (!test) {
                		setpgid(0, 0);
                		alarm(10);	/* a task that died would be waited for */
                		cases[number].run();
                		_exit(shared->failures ? KSFT_FAIL : KSFT_PASS);
                	}
                	waitpid(test, &status, 0);
                	kill(-test, SIGKILL);	/* tasks that it left */
                	if (WIFEXITED(status) && WEXITSTATUS(status) == KSFT_SKIP)
                		ksft_test_result_skip("%s\\n", sentence);
                	else
                		ksft_test_result(WIFEXITED(status) && !WEXITSTATUS(status), "%s\\n", sentence);
                }

                int main(void)
                {
                	size_t count = sizeof(cases) / sizeof(cases[0]);

                	ksft_print_header();
                	if (geteuid())
                		ksft_exit_skip("needs root, for frame numbers and counters\\n");
                	page = sysconf(_SC_PAGESIZE);
                	setlinebuf(stdout);
                	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
                	if (shared == MAP_FAILED)
                		ksft_exit_fail_msg("mmap: %s\\n", strerror(errno));
                	ksft_set_plan(count);
                """);
        text.append(several ? """
                	for (size_t i = 0; i < count; i++) {
                		if (!i || strcmp(cases[i].chapter, cases[i - 1].chapter))
                			ksft_print_msg("%s\\n", cases[i].chapter);
                		run(i);
                	}
                """ : """
                	for (size_t i = 0; i < count; i++)
                		run(i);
                """);
        text.append("""
                	ksft_finished();
                }
                """);
        return text.toString();
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static void head(StringBuilder text, List<TestCase> tests, String exit) {
        text.append("// SPDX-License-Identifier: GPL-2.0\n/*\n");
        if (tests.size() == 1) {
            TestCase test = tests.get(0);
            text.append(" * ")
                    .append(CaseWriter.wrapped(test.sentence(), " * "))
                    .append("\n *\n");
        } else {
            text.append(" * Sequences of mmap, fork, pins and migration that once broke a kernel.\n *\n");
        }
        TreeSet<String> invariants =
                tests.stream().map(TestCase::invariant).collect(Collectors.toCollection(TreeSet::new));
        for (String id : invariants) {
            Invariant invariant = Invariants.named(id).orElseThrow();
            text.append(" * ")
                    .append(CaseWriter.wrapped(id + ": " + invariant.statement(), " * "))
                    .append('\n');
            if (tests.size() == 1) {
                text.append(" * ")
                        .append(CaseWriter.wrapped("Source: " + invariant.source(), " * "))
                        .append('\n');
            }
        }
        if (tests.size() == 1) {
            text.append(" *\n * ")
                    .append(CaseWriter.wrapped("Pins by: " + tests.get(0).pins().text() + ".", " * "))
                    .append('\n');
        }
        text.append(" * ").append(exit).append("\n */\n");
    }

    private static void includes(StringBuilder text, String more) {
        text.append("#define _GNU_SOURCE\n");
        HEADERS.forEach(header -> text.append("#include <").append(header).append(">\n"));
        text.append(more).append('\n');
    }

    private static void body(StringBuilder text, List<CaseWriter> writers, String report) {
        Set<String> pieces = new LinkedHashSet<>();
        Set<String> declarations = new TreeSet<>();
        for (CaseWriter writer : writers) {
            pieces.addAll(writer.pieces());
            declarations.addAll(writer.declarations());
        }
        text.append(new Pieces().text(pieces).replace("REPORT(", report));
        text.append("/* What the steps name. */\n");
        declarations.forEach(declaration -> text.append(declaration).append(";\n"));
        text.append('\n');
        writers.forEach(writer -> text.append(writer.functions()));
    }
}
