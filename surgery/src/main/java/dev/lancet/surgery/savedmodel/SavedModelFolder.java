package dev.lancet.surgery.savedmodel;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/**
 * A SavedModel in its folder.
 *
 * @param folder the folder
 * @param schema version of {@code saved_model.pb}
 * @param meta the serving graph, with its signatures and its object graph
 * @param variables its checkpoint, or empty if the graph has no variables
 */
public record SavedModelFolder(Path folder, long schema, MetaGraphDef meta, Optional<TensorBundle> variables) {

    /** The file with the graphs. */
    public static final String FILE = "saved_model.pb";

    /** The tag of the serving graph. */
    public static final String SERVE = "serve";

    /** The prefix of the checkpoint in the folder. */
    static final String VARIABLES = "variables/variables";

    /** The limit of protobuf, and of a Java array. */
    private static final long LARGEST = Integer.MAX_VALUE - 8L;

    /**
     * Reads a SavedModel.
     *
     * @throws LancetException if it is missing, damaged, or has several graphs and none is tagged {@code serve}
     */
    public static SavedModelFolder read(Path folder) {
        Path file = PlainFile.inside(folder, FILE);
        SavedModel model = parsed(file);
        Path prefix = folder.resolve(VARIABLES);
        PlainFile.requireNoEscape(folder, prefix.resolveSibling("."));
        return new SavedModelFolder(
                folder,
                model.getSavedModelSchemaVersion(),
                serving(file, model.getMetaGraphsList()),
                Files.exists(TensorBundle.file(prefix, ".index"))
                        ? Optional.of(TensorBundle.open(prefix))
                        : Optional.empty());
    }

    private static SavedModel parsed(Path file) {
        try {
            return SavedModel.parseFrom(bytes(file));
        } catch (InvalidProtocolBufferException damage) {
            throw new LancetException(file + ": is not a SavedModel, or is damaged: " + damage.getMessage(), damage);
        }
    }

    /**
     * The content of a file for protobuf.
     *
     * @throws LancetException if it is missing or too large
     */
    public static byte[] bytes(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new LancetException(file + ": does not exist; check the path");
            }
            if (Files.size(file) > LARGEST) {
                throw new LancetException(file + ": has " + Files.size(file)
                        + " bytes; a graph takes at most 2 GiB, so keep its weights in variables");
            }
            return PlainFile.read(file, (int) LARGEST);
        } catch (IOException failure) {
            throw IoErrors.reading(file, failure);
        }
    }

    private static MetaGraphDef serving(Path file, List<MetaGraphDef> graphs) {
        List<MetaGraphDef> serving = graphs.stream()
                .filter(graph -> graph.getMetaInfoDef().getTagsList().contains(SERVE))
                .toList();
        if (!serving.isEmpty()) {
            return serving.get(0);
        }
        if (graphs.size() == 1) {
            return graphs.get(0);
        }
        throw new LancetException(file + ": has " + graphs.size() + " graphs, tagged "
                + graphs.stream()
                        .map(graph -> graph.getMetaInfoDef().getTagsList().toString())
                        .toList()
                + "; one must be tagged " + SERVE);
    }
}
