// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.wire;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.operation.Facility;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.ProgramEnd;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * The C header that the agent is compiled with: operation codes, argument layouts, statuses and limits, all taken from
 * the Java side, so that the two cannot drift. It ends in a list of all operations, from which the agent makes its
 * table: an operation without its C function does not link.
 */
public final class WireHeader {
    /** Raised when the agent's payloads change their meaning. */
    public static final int AGENT_VERSION = 3;

    private WireHeader() {}

    /** The text of {@code pinfuzz_wire.h}. */
    public static String render() {
        StringBuilder text = new StringBuilder();
        text.append("/* SPDX-License-Identifier: GPL-2.0 */\n");
        text.append("/* Generated from the operations of the generators module; do not edit. */\n");
        text.append("#ifndef PINFUZZ_WIRE_H\n#define PINFUZZ_WIRE_H\n\n");
        define(text, "AGENT_VERSION", AGENT_VERSION);
        define(text, "MAX_STEPS", Program.MAX_STEPS);
        define(text, "MAX_PROGRAMS", BatchCodec.MAX_PROGRAMS);
        define(text, "MAX_REGION_PAGES", Region.MAX_PAGES);
        define(text, "MAX_FACTS", TraceCodec.MAX_FACTS);
        define(text, "RECORD_BYTES", TraceCodec.RECORD_BYTES);
        define(text, "ALLOCATION_FAILED", StepTrace.ALLOCATION_FAILED);
        text.append("#define PFW_FILLED 0x")
                .append(Long.toHexString(Tokens.filled(0)))
                .append("ull\n");
        for (HandleKind kind : HandleKind.values()) {
            define(text, "MAX_" + kind.name() + "S", kind.limit());
        }
        for (StepStatus status : StepStatus.values()) {
            define(text, "STATUS_" + status.name(), status.code());
        }
        for (ProgramEnd end : ProgramEnd.values()) {
            define(text, "END_" + end.name(), end.code());
        }
        constants(text, "CHAOS_", Stream.of(BatchCodec.Chaos.values()));
        constants(text, "BENCH_", Stream.of(BatchCodec.BenchMode.values()));
        for (Facility facility : Facility.values()) {
            define(text, "FACILITY_" + facility.name(), 1 << facility.ordinal());
        }
        Operations.all().forEach(operation -> operation(text, operation));
        constants(text, "WATCH_", Stream.of(Operation.Watch.values()));
        text.append("\n/* what is looked at around a step of the operation */\n");
        text.append("static const unsigned char pfw_watched[256] = {\n");
        Operations.all().stream()
                .filter(operation -> operation.watch() != Operation.Watch.NOTHING)
                .forEach(operation -> text.append("\t[")
                        .append(operation.code())
                        .append("] = PFW_WATCH_")
                        .append(operation.watch().name())
                        .append(",\n"));
        text.append("};\n");
        text.append("\n/* X(code, name, arguments) for every operation */\n#define PFW_OPERATIONS(X)");
        for (Operation operation : Operations.all()) {
            text.append(" \\\n\tX(")
                    .append(operation.code())
                    .append(", ")
                    .append(operation.name())
                    .append(", ")
                    .append(operation.parameters().size())
                    .append(')');
        }
        text.append("\n\n/* largest value of each argument, by operation */\n");
        text.append("static const unsigned char pfw_largest[256][")
                .append(mostParameters())
                .append("] = {\n");
        for (Operation operation : Operations.all()) {
            text.append("\t[").append(operation.code()).append("] = {");
            operation
                    .parameters()
                    .forEach(parameter ->
                            text.append(' ').append(parameter.max()).append(','));
            text.append(" },\n");
        }
        text.append("};\n\n#endif\n");
        return text.toString();
    }

    private static int mostParameters() {
        return Operations.all().stream()
                .mapToInt(operation -> operation.parameters().size())
                .max()
                .orElseThrow();
    }

    private static void operation(StringBuilder text, Operation operation) {
        List<Parameter> parameters = operation.parameters();
        String name = operation.name();
        text.append('\n');
        define(text, "OP_" + upper(name), operation.code());
        if (!parameters.isEmpty()) {
            text.append("struct args_").append(name).append(" {\n");
            for (Parameter parameter : parameters) {
                text.append("\tunsigned int ").append(parameter.name()).append(";\n");
            }
            text.append("};\n");
        }
        for (Parameter parameter : parameters) {
            if (parameter instanceof Parameter.Choice choice) {
                for (int i = 0; i < choice.constants().size(); i++) {
                    define(
                            text,
                            upper(name + "_" + choice.name() + "_"
                                    + choice.constants().get(i)),
                            i);
                }
            }
        }
    }

    private static void constants(StringBuilder text, String prefix, Stream<? extends Enum<?>> values) {
        values.forEach(value -> define(text, prefix + value.name(), value.ordinal()));
    }

    private static void define(StringBuilder text, String name, int value) {
        text.append("#define PFW_").append(name).append(' ').append(value).append('\n');
    }

    private static String upper(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
