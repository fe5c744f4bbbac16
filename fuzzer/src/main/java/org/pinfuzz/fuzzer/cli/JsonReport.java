// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.pinfuzz.generators.failure.FileFailure;

/**
 * A JSON document that says what it is: it opens with {@code "format"} and {@code "version"}. The formats are in
 * {@code docs/formats/reports.md}.
 */
public final class JsonReport {
    /** The target that stands for the standard output. */
    public static final String STANDARD_OUTPUT = "-";

    private final ObjectNode root;

    private JsonReport(ObjectNode root) {
        this.root = root;
    }

    /**
     * An empty document.
     *
     * @param format what it is, {@code pinfuzz-…}
     * @param version of that format; changed whenever a reader of the old one would misunderstand the new one
     */
    public static JsonReport of(String format, int version) {
        if (!format.startsWith("pinfuzz-") || version < 1) {
            throw new IllegalArgumentException("no format and version of ours: " + format + " " + version);
        }
        return new JsonReport(
                JsonNodeFactory.instance.objectNode().put("format", format).put("version", version));
    }

    /** The document, to be filled. */
    public ObjectNode root() {
        return root;
    }

    /**
     * Writes the document, whole or not at all.
     *
     * @param target a file, which is replaced if it is there, or {@value #STANDARD_OUTPUT}
     * @param standardOutput where {@value #STANDARD_OUTPUT} goes
     * @throws CommandError when the file cannot be written
     */
    public void write(String target, PrintWriter standardOutput) {
        requireNonNull(standardOutput, "standardOutput is null");
        String text = root.toPrettyString() + "\n";
        if (target.equals(STANDARD_OUTPUT)) {
            standardOutput.print(text);
            standardOutput.flush();
            return;
        }
        writeText("JSON report", target, text);
    }

    /**
     * Writes a file, whole or not at all.
     *
     * @param what what it is, for the error
     * @throws CommandError when it cannot be written
     */
    static void writeText(String what, String target, String text) {
        beside(what, target, (partial, file) -> {
            Files.writeString(partial, text);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        });
    }

    /**
     * Fails if a document could not be written there: to be told before hours of work, not after.
     *
     * @throws CommandError as {@link #write}
     */
    static void requireWritable(String target) {
        if (!target.equals(STANDARD_OUTPUT)) {
            beside("JSON report", target, (partial, file) -> Files.writeString(partial, ""));
        }
    }

    /** What is done with a file that is renamed to the target. */
    @FunctionalInterface
    private interface Writing {
        void write(Path partial, Path file) throws IOException;
    }

    private static void beside(String what, String target, Writing writing) {
        Path file = Path.of(target).toAbsolutePath().normalize();
        try {
            if (Files.isDirectory(file)) {
                throw new IOException("it is a directory");
            }
            Files.createDirectories(file.getParent());
            // Beside the target: a rename is atomic within one file system only.
            Path partial = file.resolveSibling(
                    "." + file.getFileName() + "." + ProcessHandle.current().pid());
            try {
                writing.write(partial, file);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw new CommandError(
                    "writing the " + what + " " + file + " failed: " + FileFailure.reason(e)
                            + "; name a file in a directory that can be written",
                    e);
        }
    }
}
