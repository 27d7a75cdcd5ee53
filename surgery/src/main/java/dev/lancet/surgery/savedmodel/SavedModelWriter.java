package dev.lancet.surgery.savedmodel;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.AtomicFolder;
import dev.lancet.io.PlainFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/**
 * Writes a SavedModel folder, whole or not at all: first the variables, one at a time, then the graph. If a writer is
 * closed before it has finished, it leaves nothing behind.
 */
public final class SavedModelWriter implements AutoCloseable {

    private static final String ASSETS = "assets";

    /** Files for the users of a model, which TensorFlow copies but does not read. */
    public static final String EXTRA = "assets.extra";

    private final AtomicFolder folder;
    private final TensorBundleWriter variables;

    private SavedModelWriter(AtomicFolder folder, TensorBundleWriter variables) {
        this.folder = folder;
        this.variables = variables;
    }

    /**
     * Starts a SavedModel.
     *
     * @param folder the folder; it must not exist yet
     * @param assets the folder of a SavedModel whose files in {@code assets} and {@link #EXTRA} are copied, or empty
     * @throws LancetException if the folder exists or cannot be written
     */
    public static SavedModelWriter create(Path folder, Optional<Path> assets) {
        AtomicFolder begun = AtomicFolder.create(folder);
        try {
            begun.subfolder("variables");
            for (String name : List.of(ASSETS, EXTRA)) {
                assets.map(model -> model.resolve(name))
                        .filter(Files::isDirectory)
                        .ifPresent(copied -> {
                            PlainFile.requireNoEscape(assets.get(), copied);
                            begun.copy(copied);
                        });
            }
            return new SavedModelWriter(
                    begun,
                    TensorBundleWriter.begin(
                            begun.partial(SavedModelFolder.VARIABLES), begun.shown(SavedModelFolder.VARIABLES)));
        } catch (RuntimeException failure) {
            begun.close();
            throw failure;
        }
    }

    /** The writer of the variables. */
    public TensorBundleWriter variables() {
        return variables;
    }

    /** Writes a file into {@link #EXTRA}, in place of one of this name that was copied from the other model. */
    public void extra(String name, byte[] content) {
        if (!Files.isDirectory(folder.partial(EXTRA))) {
            folder.subfolder(EXTRA);
        }
        folder.bytes(EXTRA + "/" + name, content);
    }

    /**
     * Writes the graph and moves the folder to its final place.
     *
     * @param meta the graph with its signatures, tags and saver
     * @throws LancetException if it cannot be written
     */
    public void finish(MetaGraphDef meta) {
        variables.finish();
        variables.close();
        SavedModel model = SavedModel.newBuilder()
                .setSavedModelSchemaVersion(1)
                .addMetaGraphs(meta)
                .build();
        folder.bytes(SavedModelFolder.FILE, model.toByteArray());
        folder.finish();
    }

    @Override
    public void close() {
        variables.close();
        folder.close();
    }
}
