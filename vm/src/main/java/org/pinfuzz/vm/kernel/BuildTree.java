// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.pinfuzz.vm.CachedDirectory;

/**
 * A tree in which kernels of one source, one kind of configuration and one compiler are built one after the other. It begins as
 * hard links to the source; from then on a file is replaced, never written into, so the source stays as it is, and only
 * files whose content changes get a new time, so that make rebuilds only what depends on them.
 *
 * <p>A state file beside the tree says whether somebody works in it. It is set before the first change and taken back
 * after the last; a tree that is found at work was left by a process that died, and is thrown away.
 */
final class BuildTree {
    private static final String AT_WORK = "at work";
    private static final String AT_REST = "at rest";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Path directory;
    private final Path source;

    /** Paths at which the tree may differ from the source. */
    private SortedSet<String> changed = new TreeSet<>();

    /** Whether a kernel was built in it to the end. */
    private boolean built;

    private BuildTree(Path directory, Path source) {
        this.directory = directory;
        this.source = source;
    }

    /**
     * The tree in a directory, as it was left or, if it was left in the middle of work or is not there, new. The caller
     * holds the directory's lock.
     */
    static BuildTree open(Path directory, Path source) throws IOException {
        BuildTree tree = new BuildTree(directory, source);
        Optional<JsonNode> state = tree.readState();
        if (state.isPresent() && state.get().path("state").asText().equals(AT_REST)) {
            state.get().path("changed").forEach(path -> tree.changed.add(path.asText()));
            tree.built = state.get().path("built").asBoolean();
        } else {
            tree.discard();
            Files.createDirectories(directory);
            tree.writeState(AT_WORK);
            link(source, tree.root());
            tree.writeState(AT_REST);
        }
        return tree;
    }

    private Optional<JsonNode> readState() throws IOException {
        Path file = directory.resolve("state.json");
        try {
            return Files.isRegularFile(file) && Files.isDirectory(root())
                    ? Optional.of(MAPPER.readTree(file.toFile()))
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private void writeState(String state) throws IOException {
        ObjectNode json = MAPPER.createObjectNode().put("state", state).put("built", built);
        changed.forEach(json.putArray("changed")::add);
        Path partial = directory.resolve("state.json.partial");
        Files.writeString(partial, json.toPrettyString() + "\n");
        Files.move(partial, directory.resolve("state.json"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The tree itself. */
    Path root() {
        return directory.resolve("tree");
    }

    /** Whether only what changed has to be built. */
    boolean built() {
        return built;
    }

    /** From here on, until {@link #rest}, the tree is thrown away if this process dies. */
    void work() throws IOException {
        writeState(AT_WORK);
    }

    /**
     * The tree can be used again.
     *
     * @param complete whether a kernel was built to the end
     */
    void rest(boolean complete) throws IOException {
        built |= complete;
        writeState(AT_REST);
    }

    /** Makes the tree the source with these files in it, touching only files whose content changes. */
    void arrange(PatchedFiles wanted) throws IOException {
        SortedSet<String> all = new TreeSet<>(changed);
        all.addAll(wanted.files().keySet());
        changed = all;
        work();
        for (String path : all) {
            Optional<Path> content = wanted.files()
                    .getOrDefault(path, Optional.of(source.resolve(path)).filter(Files::isRegularFile));
            if (content.isPresent()) {
                replace(root().resolve(path), content.get());
            } else {
                Files.deleteIfExists(root().resolve(path));
            }
        }
        changed = new TreeSet<>(wanted.files().keySet());
    }

    private static void replace(Path file, Path content) throws IOException {
        if (Files.isRegularFile(file) && Files.mismatch(file, content) < 0) {
            return;
        }
        Files.createDirectories(file.getParent());
        Path partial = file.resolveSibling("." + file.getFileName() + ".partial");
        Files.copy(content, partial, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(partial, FileTime.from(Instant.now()));
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Whoever still writes into the tree, such as children of a killed build, does so where nobody looks. */
    void discard() throws IOException {
        built = false;
        changed = new TreeSet<>();
        // Also where there is no tree: who died while it was deleted left a part of it, on a disk that may be full.
        Path aside = directory.resolveSibling(".discarded-" + directory.getFileName());
        CachedDirectory.deleteTree(aside);
        if (Files.isDirectory(directory)) {
            Files.move(directory, aside, StandardCopyOption.ATOMIC_MOVE);
            CachedDirectory.deleteTree(aside);
        }
    }

    private static void link(Path source, Path tree) throws IOException {
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.createDirectory(tree.resolve(source.relativize(directory).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path target = tree.resolve(source.relativize(file).toString());
                if (attributes.isSymbolicLink()) {
                    Files.createSymbolicLink(target, Files.readSymbolicLink(file));
                } else {
                    Files.createLink(target, file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Copies a part of the tree; what is still the source's is linked, since nobody changes it. */
    void export(Path from, Path into) throws IOException {
        Path origin = root().resolve(from);
        try (var paths = Files.walk(origin)) {
            paths.forEach(path -> {
                Path relative = root().relativize(path);
                try {
                    exportFile(path, source.resolve(relative), into.resolve(relative));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void exportFile(Path file, Path original, Path target) throws IOException {
        if (Files.isSymbolicLink(file)) {
            Files.createDirectories(target.getParent());
            Files.createSymbolicLink(target, Files.readSymbolicLink(file));
        } else if (Files.isDirectory(file)) {
            Files.createDirectories(target);
        } else if (!isLeftover(file)) {
            Files.createDirectories(target.getParent());
            if (Files.exists(original) && Files.isSameFile(file, original)) {
                Files.createLink(target, original);
            } else {
                Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** Objects and notes of the build, which no build of a module reads. */
    private static boolean isLeftover(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".o") || name.endsWith(".a") || (name.startsWith(".") && name.endsWith(".cmd"));
    }
}
