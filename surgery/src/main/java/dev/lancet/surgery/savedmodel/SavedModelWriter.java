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
import java.util.function.Consumer;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/** Writes SavedModel folders: whole, or not at all. */
public final class SavedModelWriter {

    private static final String ASSETS = "assets";

    private SavedModelWriter() {}

    /**
     * Writes a SavedModel.
     *
     * @param folder where; it must not be there yet
     * @param meta the graph with its signatures, tags and saver
     * @param variables writes the tensors of the checkpoint
     * @param assets the folder of a SavedModel whose asset files are kept, or empty
     * @throws LancetException if the folder is there or cannot be written
     */
    public static void write(
            Path folder, MetaGraphDef meta, Consumer<TensorBundleWriter> variables, Optional<Path> assets) {
        if (Files.exists(folder)) {
            throw new LancetException(folder + ": is there already; give a folder that is not");
        }
        Path target = folder.toAbsolutePath();
        Path parent = target.getParent() == null ? target : target.getParent();
        try {
            Files.createDirectories(parent);
            // Not a temporary folder of the system's: that one would be for its owner alone.
            Path draft = Files.createDirectory(parent.resolve(".draft-" + UUID.randomUUID()));
            try {
                fill(draft, meta, variables, assets);
                Files.move(draft, target);
            } finally {
                delete(draft);
            }
        } catch (IOException failure) {
            throw new LancetException(folder + ": cannot be written: " + failure, failure);
        }
    }

    private static void fill(
            Path draft, MetaGraphDef meta, Consumer<TensorBundleWriter> variables, Optional<Path> assets)
            throws IOException {
        Path prefix = draft.resolve(SavedModelFolder.VARIABLES);
        Files.createDirectories(draft.resolve("variables"));
        try (TensorBundleWriter writer = TensorBundleWriter.begin(prefix)) {
            variables.accept(writer);
            writer.finish();
        }
        Path from = assets.map(folder -> folder.resolve(ASSETS)).orElse(draft.resolve(ASSETS));
        if (Files.isDirectory(from)) {
            copy(from, draft.resolve(ASSETS));
        }
        Files.write(
                draft.resolve(SavedModelFolder.FILE),
                SavedModel.newBuilder()
                        .setSavedModelSchemaVersion(1)
                        .addMetaGraphs(meta)
                        .build()
                        .toByteArray());
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
