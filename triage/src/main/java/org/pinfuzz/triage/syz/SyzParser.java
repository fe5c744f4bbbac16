// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.syz;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.pinfuzz.generators.program.ProgramFormatException;
import org.pinfuzz.triage.syz.SyzValue.Automatic;
import org.pinfuzz.triage.syz.SyzValue.Bytes;
import org.pinfuzz.triage.syz.SyzValue.Constant;
import org.pinfuzz.triage.syz.SyzValue.Group;
import org.pinfuzz.triage.syz.SyzValue.Pointer;
import org.pinfuzz.triage.syz.SyzValue.Variable;

/**
 * Reads the calls of a program as docs/program_syntax.md of syzkaller describes them, and the older ways to write
 * addresses that its reports still have. What a call means is not asked here.
 */
final class SyzParser {
    /** Programs of syzkaller have some dozens. */
    static final int MAX_CALLS = 5_000;
    /** The structures of its calls are some five deep. */
    private static final int MAX_DEPTH = 40;

    private static final int SHOWN = 40;

    private static final Pattern VARIABLE = Pattern.compile("r[0-9]+");
    private static final Pattern NAME = Pattern.compile("[a-z][A-Za-z0-9_]*(\\$[A-Za-z0-9_]+)?");
    private static final Pattern PROPERTIES = Pattern.compile("\\([a-z_]+(: ?-?[0-9]+)?(, ?[a-z_]+(: ?-?[0-9]+)?)*\\)");
    private static final Pattern SIZE = Pattern.compile("[0-9]{1,9}");
    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-f]{1,16}");
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,20}");

    private final String text;
    private int at;
    private int depth;

    private SyzParser(String text) {
        this.text = text;
    }

    /** A line is not a call; the message says why. */
    private static final class LineException extends Exception {
        private static final long serialVersionUID = 1;

        LineException(String message) {
            super(message);
        }
    }

    /**
     * All calls of a program.
     *
     * @param origin where it came from, for the error
     * @throws ProgramFormatException with the problem of each line that is no call
     */
    static List<SyzCall> parse(String text, String origin) {
        List<SyzCall> calls = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            String call = line.strip();
            if (call.isEmpty() || call.startsWith("#")) {
                continue;
            }
            if (calls.size() + problems.size() >= MAX_CALLS) {
                problems.add("it has more than " + MAX_CALLS + " calls");
                break;
            }
            try {
                calls.add(new SyzParser(call).call(number));
            } catch (LineException e) {
                problems.add("line " + number + ": " + e.getMessage());
            }
        }
        if (calls.isEmpty() && problems.isEmpty()) {
            problems.add("it has no calls");
        }
        if (!problems.isEmpty()) {
            throw new ProgramFormatException(origin, problems);
        }
        return calls;
    }

    private SyzCall call(int line) throws LineException {
        String word = word();
        Optional<String> result = Optional.empty();
        skipBlanks();
        if (VARIABLE.matcher(word).matches() && accept('=')) {
            result = Optional.of(word);
            skipBlanks();
            word = word();
        }
        if (!NAME.matcher(word).matches()) {
            throw wrong("the name of a call");
        }
        skipBlanks();
        List<SyzValue> arguments = list('(', ')');
        skipBlanks();
        String properties = text.substring(at).strip();
        if (!properties.isEmpty() && !PROPERTIES.matcher(properties).matches()) {
            throw wrong("the end of the line, or properties like (fail_nth: 5)");
        }
        return new SyzCall(line, word, result, arguments, properties);
    }

    private List<SyzValue> list(char open, char close) throws LineException {
        expect(open);
        if (++depth > MAX_DEPTH) {
            throw new LineException("it nests deeper than " + MAX_DEPTH);
        }
        List<SyzValue> values = new ArrayList<>();
        skipBlanks();
        while (!accept(close)) {
            if (!values.isEmpty()) {
                expect(',');
                skipBlanks();
            }
            values.add(value());
            skipBlanks();
        }
        depth--;
        return values;
    }

    private SyzValue value() throws LineException {
        if (++depth > MAX_DEPTH) {
            throw new LineException("it nests deeper than " + MAX_DEPTH);
        }
        try {
            return switch (peek()) {
                case '&' -> pointer();
                case '{' -> new Group(list('{', '}'));
                case '[' -> new Group(list('[', ']'));
                case '\'', '"' -> bytes();
                case '@' -> union();
                case '<' -> result();
                default -> simple();
            };
        } finally {
            depth--;
        }
    }

    /** {@code @field=value}: the value; without one, nothing. */
    private SyzValue union() throws LineException {
        expect('@');
        word();
        return accept('=') ? value() : new Constant(0);
    }

    /** {@code <r1=>value}: a variable that the kernel fills. */
    private SyzValue result() throws LineException {
        expect('<');
        word();
        expect('=');
        expect('>');
        return value();
    }

    private SyzValue simple() throws LineException {
        int start = at;
        boolean negative = accept('-');
        String word = word();
        if (word.equals("nil")) {
            return new Constant(0);
        }
        if (word.equals("AUTO")) {
            return new Automatic();
        }
        if (VARIABLE.matcher(word).matches()) {
            while (accept('/') || accept('+')) {
                number(word());
            }
            return new Variable(word);
        }
        at = start + (negative ? 1 : 0);
        long value = number(word());
        return new Constant(negative ? -value : value);
    }

    private SyzValue pointer() throws LineException {
        expect('&');
        long address = 0;
        if (accept('(')) {
            address = number(word());
            while (peek() != ')') {
                switch (next()) {
                    case '+' -> address += number(word());
                    case '-' -> address -= number(word());
                    case '/' -> number(word());
                    default -> {
                        at--;
                        throw wrong("an address like (0x7f0000000000/0x1000)");
                    }
                }
            }
            expect(')');
        } else if (!word().equals("AUTO")) {
            throw wrong("an address like (0x7f0000000000) or AUTO");
        }
        Optional<SyzValue> target = Optional.empty();
        if (accept('=')) {
            if (text.startsWith("ANY=", at)) {
                at += "ANY=".length();
            }
            target = Optional.of(value());
        }
        return new Pointer(address, target);
    }

    /** {@code 'text\x00'}, {@code "0102"} in hexadecimal or {@code "$…"} in base 64, each with {@code /size} or not. */
    private SyzValue bytes() throws LineException {
        char quote = next();
        StringBuilder content = new StringBuilder();
        while (peek() != quote) {
            char character = next();
            content.append(character);
            if (character == '\\') {
                content.append(next());
            }
        }
        expect(quote);
        long size = accept('/') ? decimal() : -1;
        return new Bytes(content.toString(), size);
    }

    private long decimal() throws LineException {
        String digits = word();
        // The size of a buffer; syzkaller has no larger memory.
        if (!SIZE.matcher(digits).matches()) {
            throw wrong("a size in decimal digits");
        }
        return Long.parseLong(digits);
    }

    private long number(String word) throws LineException {
        try {
            if (HEXADECIMAL.matcher(word).matches()) {
                return Long.parseUnsignedLong(word.substring(2), 16);
            }
            if (DECIMAL.matcher(word).matches()) {
                return Long.parseUnsignedLong(word);
            }
        } catch (NumberFormatException e) {
            throw new LineException(word + " does not fit into 64 bits");
        }
        throw new LineException(shown(word) + " is not a number like 0x1000");
    }

    private String word() {
        int start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "_$".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        return text.substring(start, at);
    }

    private void skipBlanks() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }

    /** The next character, or one that no rule wants at the end of the line. */
    private char peek() throws LineException {
        if (at >= text.length()) {
            throw new LineException("it ends too early");
        }
        return text.charAt(at);
    }

    private char next() throws LineException {
        char character = peek();
        at++;
        return character;
    }

    private boolean accept(char wanted) {
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char wanted) throws LineException {
        if (!accept(wanted)) {
            throw wrong("\"" + wanted + "\"");
        }
    }

    private LineException wrong(String wanted) {
        String rest = at < text.length() ? shown(text.substring(at)) : "the end of the line";
        return new LineException("at column " + (at + 1) + " stands " + rest + ", not " + wanted);
    }

    private static String shown(String part) {
        String printable = part.replaceAll("\\p{Cntrl}", "?");
        return "\"" + (printable.length() > SHOWN ? printable.substring(0, SHOWN) + "…" : printable) + "\"";
    }
}
