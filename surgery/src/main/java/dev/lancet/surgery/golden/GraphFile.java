package dev.lancet.surgery.golden;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.GraphText;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.SignatureDef;

/**
 * A graph to compare, and where it came from.
 *
 * @param graph the graph
 * @param signatures the signatures of a SavedModel by name; empty for a graph without signatures
 * @param path the folder or file of its weights, or empty for a graph in memory
 */
public record GraphFile(GraphDef graph, Map<String, SignatureDef> signatures, Optional<Path> path) {

    public GraphFile {
        signatures = Map.copyOf(signatures);
    }

    /** A graph in memory. */
    public static GraphFile of(GraphDef graph) {
        return new GraphFile(graph, Map.of(), Optional.empty());
    }

    /**
     * Reads a graph from a SavedModel folder or from a file with a GraphDef ({@code .pb}). If {@code lancet-runtime} is
     * on the class path, it also reads the folder of a declared model (Lancet or Hugging Face) and builds its scoring
     * graph.
     *
     * @throws LancetException if the path is none of these, or damaged
     */
    public static GraphFile read(Path path) {
        if (Files.exists(path.resolve(SavedModelFolder.FILE))) {
            SavedModelFolder saved = SavedModelFolder.read(path);
            return new GraphFile(saved.meta().getGraphDef(), saved.meta().getSignatureDefMap(), Optional.of(path));
        }
        if (path.endsWith(SavedModelFolder.FILE)) {
            return read(path.toAbsolutePath().resolveSibling(""));
        }
        if (!Files.exists(path)) {
            throw new LancetException(path + ": there is no such file or folder; check the path");
        }
        if (Files.isRegularFile(path) && path.toString().endsWith(".pb")) {
            return new GraphFile(graph(path), Map.of(), Optional.of(path));
        }
        return ServiceLoader.load(GraphFileReader.class).stream()
                .flatMap(source -> source.get().read(path).stream())
                .findFirst()
                .orElseThrow(() ->
                        new LancetException(path + ": contains no graph; give a SavedModel folder, a .pb file or, with"
                                + " dev.lancet:lancet-runtime on the class path, a Lancet model folder"));
    }

    private static GraphDef graph(Path file) {
        try {
            GraphDef graph = GraphDef.parseFrom(SavedModelFolder.bytes(file));
            if (graph.getNodeCount() == 0) {
                throw new LancetException(
                        file + ": contains no graph; give a file with a GraphDef or a SavedModel folder");
            }
            return graph;
        } catch (InvalidProtocolBufferException damage) {
            throw new LancetException(file + ": is not a GraphDef, or is damaged: " + damage.getMessage(), damage);
        }
    }

    /** The canonical text: its version, the signatures, and the graph. */
    public String text() {
        String text = GraphText.canonical(graph);
        int body = text.indexOf('\n') + 1;
        return text.substring(0, body) + SignatureText.whole(signatures) + text.substring(body);
    }

    /**
     * The inputs and outputs of every signature with their names, types and shapes, as canonical text without the nodes
     * behind them. For a graph without signatures, its placeholders and the names of the nodes that no other node uses.
     */
    public String signature() {
        return SignatureText.callable(calls());
    }

    /**
     * The signatures that a caller can use: all but TensorFlow's internal ones. For a graph without signatures, the
     * implied one.
     */
    public Map<String, SignatureDef> calls() {
        return signatures.isEmpty()
                ? Map.of(GraphEndpoints.NAME, GraphEndpoints.of(graph))
                : SignatureText.ofModel(signatures);
    }
}
