package dev.lancet.surgery.savedmodel;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.UUID;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/**
 * Writes a SavedModel folder, whole or not at all: the variables first, one at a time, then the graph. A writer that is
 * closed before it has finished leaves nothing behind.
 */
public final class SavedModelWriter implements AutoCloseable {

    private static final String ASSETS = "assets";

    private final Path folder;
    private final Path draft;
    private final TensorBundleWriter variables;

    private SavedModelWriter(Path folder, Path draft, TensorBundleWriter variables) {
        this.folder = folder;
        this.draft = draft;
        this.variables = variables;
    }

    /**
     * Begins a SavedModel.
     *
     * @param folder where; it must not be there yet
     * @param assets the folder of a SavedModel whose asset files are kept, or empty
     * @throws LancetException if the folder is there or cannot be written
     */
    public static SavedModelWriter create(Path folder, Optional<Path> assets) {
        if (Files.exists(folder)) {
            throw new LancetException(folder + ": is there already; give a folder that is not");
        }
        Path target = folder.toAbsolutePath();
        Path parent = target.getParent() == null ? target : target.getParent();
        try {
            Files.createDirectories(parent);
            // Not a temporary folder of the system's: that one would be for its owner alone.
            Path draft = Files.createDirectory(parent.resolve(".draft-" + UUID.randomUUID()));
            Path prefix = draft.resolve(SavedModelFolder.VARIABLES);
            Files.createDirectories(draft.resolve("variables"));
            Optional<Path> from = assets.map(model -> model.resolve(ASSETS)).filter(Files::isDirectory);
            if (from.isPresent()) {
                copy(from.get(), draft.resolve(ASSETS));
            }
            return new SavedModelWriter(folder, draft, TensorBundleWriter.begin(prefix));
        } catch (IOException failure) {
            throw new LancetException(folder + ": cannot be written: " + failure, failure);
        }
    }

    /** Takes the variables. */
    public TensorBundleWriter variables() {
        return variables;
    }

    /**
     * Writes the graph and lets the folder appear.
     *
     * @param meta the graph with its signatures, tags and saver
     * @throws LancetException if it cannot be written
     */
    public void finish(MetaGraphDef meta) {
        try {
            variables.finish();
            variables.close();
            Files.write(
                    draft.resolve(SavedModelFolder.FILE),
                    SavedModel.newBuilder()
                            .setSavedModelSchemaVersion(1)
                            .addMetaGraphs(meta)
                            .build()
                            .toByteArray());
            Files.move(draft, folder.toAbsolutePath());
        } catch (IOException failure) {
            throw new LancetException(folder + ": cannot be written: " + failure, failure);
        }
    }

    @Override
    public void close() {
        try {
            variables.close();
            delete(draft);
        } catch (IOException failure) {
            throw new LancetException(folder + ": cannot be written: " + failure, failure);
        }
    }

    private static void copy(Path from, Path into) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(into.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, into.resolve(from.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                    Path visited, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
