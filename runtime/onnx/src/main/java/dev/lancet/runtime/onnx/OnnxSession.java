package dev.lancet.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.lancet.dsl.LancetException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** A graph that ONNX Runtime has loaded. All errors of ONNX Runtime become errors of one line here. */
final class OnnxSession implements AutoCloseable {

    /** Where ONNX Runtime looks for arrays of a graph that comes from memory. */
    private static final String WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path";

    private final Path folder;
    private final ExportedGraph graph;
    private final OrtSession session;

    private OnnxSession(Path folder, ExportedGraph graph, OrtSession session) {
        this.folder = folder;
        this.graph = graph;
        this.session = session;
    }

    static OnnxSession open(Path folder, int threads) {
        ExportedGraph graph = ExportedGraph.read(folder);
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            options.addConfigEntry(WEIGHTS_FOLDER, folder.toAbsolutePath().toString());
            return new OnnxSession(folder, graph, environment().createSession(graph.withWantedLogits(), options));
        } catch (OrtException wrong) {
            throw failed(folder, wrong);
        }
    }

    static OrtEnvironment environment() {
        return OnnxEnvironment.get();
    }

    private static LancetException failed(Path folder, OrtException wrong) {
        return new LancetException(
                folder + ": ONNX Runtime says: "
                        + String.valueOf(wrong.getMessage()).lines().findFirst().orElse("nothing")
                        + "; export the model again",
                wrong);
    }

    int context() {
        return graph.context();
    }

    ExportedGraph graph() {
        return graph;
    }

    /** Something that ONNX Runtime does. */
    @FunctionalInterface
    interface Call<T> {
        T run() throws OrtException;
    }

    <T> T during(Call<T> call) {
        try {
            return call.run();
        } catch (OrtException wrong) {
            throw failed(folder, wrong);
        }
    }

    OrtSession.Result run(
            Map<String, ? extends OnnxTensorLike> inputs, Set<String> wanted, Map<String, OnnxTensor> into) {
        return during(() -> session.run(inputs, wanted, into));
    }

    @Override
    public void close() {
        during(() -> {
            session.close();
            return true;
        });
    }
}
