package dev.lancet.runtime.graphrunner;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.Sessions;
import dev.lancet.runtime.natives.TensorFlowLibrary;
import dev.lancet.surgery.golden.GraphFile;
import dev.lancet.surgery.golden.GraphRunner;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorProto;

/**
 * Runs graphs with TensorFlow: SavedModels with their variables, declared models with their arrays, and graphs without
 * variables.
 */
public final class TensorFlowRunner implements GraphRunner {

    /** For {@link java.util.ServiceLoader}. */
    public TensorFlowRunner() {}

    @Override
    public Map<String, double[]> run(GraphFile graph, SignatureDef signature, Map<String, TensorProto> inputs) {
        TensorFlowLibrary.load();
        Optional<Path> folder = graph.path().filter(Files::isDirectory);
        try {
            if (folder.filter(path -> Files.exists(path.resolve(SavedModelFolder.FILE)))
                    .isPresent()) {
                try (SavedModelBundle bundle =
                        SavedModelBundle.load(folder.get().toString(), SavedModelFolder.SERVE)) {
                    return run(bundle.session()::runner, signature, inputs);
                }
            }
            boolean variables = graph.graph().getNodeList().stream()
                    .anyMatch(node -> node.getOp().equals("VarHandleOp"));
            return variables ? declared(graph, signature, inputs) : literal(graph, signature, inputs);
        } catch (TensorFlowException failure) {
            throw new LancetException(
                    graph.path().map(Path::toString).orElse("graph") + ": does not run: " + failure.getMessage(),
                    failure);
        }
    }

    private static Map<String, double[]> literal(
            GraphFile graph, SignatureDef signature, Map<String, TensorProto> inputs) {
        try (Engine engine = Engine.literal(graph.graph())) {
            return run(engine::runner, signature, inputs);
        }
    }

    private static Map<String, double[]> declared(
            GraphFile graph, SignatureDef signature, Map<String, TensorProto> inputs) {
        Path path = graph.path()
                .filter(file -> !file.toString().endsWith(".pb"))
                .orElseThrow(() -> new LancetException("graph: its variables have no values; compare the folders of"
                        + " models, or graphs that are frozen"));
        Checkpoint model = Checkpoint.open(path);
        try (Sessions sessions = new Sessions(model.transformer(), model.plan())) {
            return run(sessions.scoring(model.weights())::runner, signature, inputs);
        }
    }

    private static Map<String, double[]> run(
            Supplier<Session.Runner> session, SignatureDef signature, Map<String, TensorProto> inputs) {
        Session.Runner runner = session.get();
        List<Tensor> fed = new ArrayList<>();
        try {
            inputs.forEach((name, value) -> {
                Tensor tensor = Tensors.of(value);
                fed.add(tensor);
                runner.feed(signature.getInputsOrThrow(name).getName(), tensor);
            });
            List<String> outputs = List.copyOf(new TreeMap<>(signature.getOutputsMap()).keySet());
            outputs.forEach(
                    name -> runner.fetch(signature.getOutputsOrThrow(name).getName()));
            try (Result result = runner.run()) {
                Map<String, double[]> numbers = new LinkedHashMap<>();
                for (int i = 0; i < outputs.size(); i++) {
                    String name = outputs.get(i);
                    Tensors.numbers(result.get(i)).ifPresent(values -> numbers.put(name, values));
                }
                return numbers;
            }
        } finally {
            fed.forEach(Tensor::close);
        }
    }
}
