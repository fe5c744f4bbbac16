// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Parameter;

class WireHeaderTest {
    private static final String HEADER = WireHeader.render();
    private static final Set<String> C_KEYWORDS = Set.of(
            "auto",
            "break",
            "case",
            "char",
            "const",
            "continue",
            "default",
            "do",
            "double",
            "else",
            "enum",
            "extern",
            "float",
            "for",
            "goto",
            "if",
            "inline",
            "int",
            "long",
            "register",
            "restrict",
            "return",
            "short",
            "signed",
            "sizeof",
            "static",
            "struct",
            "switch",
            "typedef",
            "union",
            "unsigned",
            "void",
            "volatile",
            "while");

    static List<Operation> operations() {
        return Operations.all();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void everyOperationHasItsCodeItsArgumentsAndItsPlaceInTheTable(Operation operation) {
        String name = operation.name();
        assertThat(HEADER)
                .contains("#define PFW_OP_" + name.toUpperCase(Locale.ROOT) + " " + operation.code() + "\n")
                .contains("X(" + operation.code() + ", " + name + ", "
                        + operation.parameters().size() + ")");
        StringBuilder struct = new StringBuilder("struct args_" + name + " {\n");
        for (Parameter parameter : operation.parameters()) {
            struct.append("\tunsigned int ").append(parameter.name()).append(";\n");
        }
        if (operation.parameters().isEmpty()) {
            assertThat(HEADER).doesNotContain("args_" + name);
        } else {
            assertThat(HEADER).contains(struct + "};\n");
        }
    }

    @Test
    void allNamesAreNamesOfC() {
        List<String> defined = all("(?m)^#define (\\S+)");
        assertThat(defined).doesNotHaveDuplicates().allMatch(name -> name.matches("[A-Z][A-Z0-9_]*(\\(X\\))?"));
        List<String> declared = all("(?m)^(?:\\tunsigned int|struct) (.*?)(?:;| \\{)$");
        assertThat(declared).isNotEmpty().allMatch(name -> name.matches("[a-z][a-z0-9_]*"));
        assertThat(declared).doesNotContainAnyElementsOf(C_KEYWORDS);
        assertThat(operations()).extracting(Operation::name).doesNotContainAnyElementsOf(C_KEYWORDS);
    }

    @Test
    void codesAndNamesBelongToOneOperationEach() {
        assertThat(operations())
                .extracting(Operation::code)
                .doesNotHaveDuplicates()
                .allMatch(code -> code >= 1 && code <= 255);
        assertThat(operations()).extracting(Operation::name).doesNotHaveDuplicates();
    }

    private static List<String> all(String pattern) {
        return Pattern.compile(pattern)
                .matcher(HEADER)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
