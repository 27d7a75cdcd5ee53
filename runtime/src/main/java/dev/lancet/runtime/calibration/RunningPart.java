package dev.lancet.runtime.calibration;

import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.runtime.train.graph.GraphFeeds;
import dev.lancet.surgery.BlueprintParts;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.VariableLoading;
import dev.lancet.surgery.layer.LayerInput;
import dev.lancet.surgery.layer.LayerInputs;
import dev.lancet.surgery.pass.XlaCompilation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** A part of a declared model in a session, with its weights in memory. */
final class RunningPart implements AutoCloseable {

    private static final SignatureDef IDS = SignatureDef.newBuilder()
            .putInputs(
                    RunningModel.IDS,
                    TensorInfo.newBuilder()
                            .setName(RunningModel.IDS + ":0")
                            .setDtype(DataType.DT_INT32)
                            .build())
            .build();

    /**
     * From this number of parameters on, XLA compiles what unpacks quantized matrices. It takes about 0.1 s for each shape, and
     * a part runs only a few times.
     */
    private static final long COMPILED = 4_000_000;

    private final Engine engine;
    private final List<LayerInput> layerInputs;

    private RunningPart(Engine engine, List<LayerInput> layerInputs) {
        this.engine = engine;
        this.layerInputs = List.copyOf(layerInputs);
    }

    /** Opens a part under its plan. */
    static RunningPart open(ModelPart part, Weights weights, ResolvedDevice device) {
        GraphDef graph = Surgeon.operate(part.graph(), part.plan()).graph();
        boolean compiles = !device.isGpu() && part.plan().parametersBefore() >= COMPILED;
        Engine engine =
                Engine.literal(VariableLoading.into(compiles ? XlaCompilation.unpacking(graph) : graph), device);
        try {
            engine.load(part.plan(), weights);
        } catch (RuntimeException wrong) {
            engine.close();
            throw wrong;
        }
        return new RunningPart(engine, LayerInputs.of(graph, part.plan()));
    }

    /** The inputs of its layers. */
    List<LayerInput> layerInputs() {
        return layerInputs;
    }

    /**
     * The values of some tensors, in row-major order.
     *
     * @param rows the rows of a batch
     * @param stream the activations that the part takes, {@code [batch · seq, width]}; empty for the first part
     */
    List<float[]> run(Examples rows, Optional<float[]> stream, List<String> tensors) {
        int tokens = Math.multiplyExact(rows.count(), rows.longestRow());
        Optional<Tensor> taken =
                stream.map(values -> TensorTransfer.floats(Shape.of(tokens, values.length / tokens), values));
        try (GraphFeeds feeds = new GraphFeeds(engine.runner()).put(rows, IDS)) {
            taken.ifPresent(tensor -> feeds.put(BlueprintParts.STREAM, tensor));
            tensors.forEach(feeds::fetch);
            List<float[]> values = new ArrayList<>();
            try (Result result = feeds.run(Session.Runner::run)) {
                result.forEach(entry -> values.add(TensorTransfer.floats(entry.getValue())));
            }
            return values;
        }
    }

    @Override
    public void close() {
        engine.close();
    }
}
