package dev.lancet.runtime.calibration;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.runtime.train.graph.GraphFeeds;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.EncoderGraph;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.VariableLoading;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.Signatures;
import dev.lancet.surgery.layer.LayerInput;
import dev.lancet.surgery.layer.LayerInputs;
import dev.lancet.surgery.pass.XlaCompilation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;

/**
 * A model in a session that reads rows: its outputs and the inputs of its layers can be read, and its matrices replaced. A
 * declared language model takes {@code ids [rows, seq]} and gives {@code logits [rows, seq, vocabulary]}; an encoder has the
 * inputs and outputs of {@link EncoderGraph}; a graph has its own signature.
 */
public final class RunningModel implements AutoCloseable {

    /** The input of a declared model. */
    public static final String IDS = "ids";

    /** The output of a declared model. */
    public static final String LOGITS = "logits";

    private final Engine engine;
    private final SignatureDef signature;
    private final List<LayerInput> layerInputs;
    private final boolean language;

    private RunningModel(Engine engine, SignatureDef signature, List<LayerInput> layerInputs, boolean language) {
        this.engine = engine;
        this.signature = signature;
        this.layerInputs = List.copyOf(layerInputs);
        this.language = language;
    }

    /**
     * Opens a model under its current plan.
     *
     * @throws LancetException if a graph has no signature {@code serving_default} among several, or an input that rows
     *     cannot have
     */
    public static RunningModel open(ModelSource source, ResolvedDevice device) {
        return source instanceof GraphSource graph ? open(graph, device) : open((DeclaredSource) source, device);
    }

    private static RunningModel open(DeclaredSource source, ResolvedDevice device) {
        Plan plan = source.plan();
        Transformer transformer = source.transformer();
        boolean language = transformer.continuesText();
        GraphDef graph = Surgeon.operate(language ? Blueprint.scoring(transformer) : EncoderGraph.of(transformer), plan)
                .graph();
        Engine engine =
                Engine.literal(VariableLoading.into(device.isGpu() ? graph : XlaCompilation.unpacking(graph)), device);
        SignatureDef signature = DeclaredSignature.of(transformer);
        RunningModel model = new RunningModel(engine, signature, LayerInputs.of(graph, plan), language);
        return model.loaded(() -> engine.load(plan, source.weights()));
    }

    private static RunningModel open(GraphSource source, ResolvedDevice device) {
        return open(ImportedSurgery.operate(source.model(), source.plan()), source.weights(), device);
    }

    /**
     * Opens the graph of a surgery.
     *
     * @param weights arrays that replace those of the model's files
     * @throws LancetException as for {@link #open(ModelSource, ResolvedDevice)}
     */
    public static RunningModel open(ImportedSurgery surgery, Weights weights, ResolvedDevice device) {
        MetaGraphDef meta = surgery.meta();
        ImportedModel files = surgery.model();
        Engine engine = Engine.literal(VariableLoading.into(surgery.graph()), device);
        SignatureDef signature = meta.getSignatureDefOrThrow(
                Signatures.serving(meta, files.path().toString()));
        RunningModel model = new RunningModel(engine, signature, LayerInputs.of(files, signature), false);
        return model.loaded(() -> engine.assign(
                engine.variables(),
                name -> weights.find(name).isPresent() ? weights.read(name).bytes() : files.bytes(name)));
    }

    private RunningModel loaded(Runnable loading) {
        try {
            loading.run();
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Whether it is a language model, so that its logits predict the next id of every row. */
    public boolean language() {
        return language;
    }

    /** The inputs of the layers; a matrix that is used twice has two. */
    public List<LayerInput> layerInputs() {
        return layerInputs;
    }

    /** The names of the inputs. */
    public List<String> inputs() {
        return signature.getInputsMap().keySet().stream().sorted().toList();
    }

    /** The signature that is run. */
    public SignatureDef signature() {
        return signature;
    }

    /** The names of the float outputs. */
    public List<String> outputs() {
        return signature.getOutputsMap().entrySet().stream()
                .filter(output -> output.getValue().getDtype() == DataType.DT_FLOAT)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /**
     * The float outputs for some rows.
     *
     * @return by name, the rows one after the other, each in row-major order
     * @throws LancetException if the rows do not fit the inputs; the message names the input and the shapes
     */
    public Map<String, float[]> outputs(Examples rows) {
        Map<String, float[]> outputs = new LinkedHashMap<>();
        List<String> tensors = outputs().stream()
                .map(name -> signature.getOutputsOrThrow(name).getName())
                .toList();
        run(rows, tensors, result -> {
            for (int i = 0; i < tensors.size(); i++) {
                outputs.put(outputs().get(i), TensorTransfer.floats(result.get(i)));
            }
        });
        return outputs;
    }

    /** One float output for some rows, in row-major order. */
    public float[] output(Examples rows, String name) {
        List<float[]> found = new ArrayList<>();
        read(rows, List.of(signature.getOutputsOrThrow(name).getName()), found::addAll);
        return found.get(0);
    }

    /** Passes the float tensors of these names, in row-major order, to a consumer. */
    public void read(Examples rows, List<String> tensors, Consumer<List<float[]>> reader) {
        run(rows, tensors, result -> {
            List<float[]> values = new ArrayList<>();
            for (int i = 0; i < tensors.size(); i++) {
                values.add(TensorTransfer.floats(result.get(i)));
            }
            reader.accept(values);
        });
    }

    /** Runs the model. TensorFlow refuses to fetch what is fed, as the input of a first layer is; it is known already. */
    private void run(Examples rows, List<String> tensors, Consumer<List<Tensor>> reader) {
        try (GraphFeeds feeds = new GraphFeeds(engine.runner()).put(rows, signature)) {
            List<String> computed =
                    tensors.stream().filter(name -> feeds.fed(name).isEmpty()).toList();
            if (computed.isEmpty()) {
                reader.accept(all(tensors, feeds, List.of()));
                return;
            }
            computed.forEach(feeds::fetch);
            try (Result result = feeds.run(Session.Runner::run)) {
                List<Tensor> values = new ArrayList<>();
                result.forEach(entry -> values.add(entry.getValue()));
                reader.accept(all(tensors, feeds, values));
            }
        }
    }

    private static List<Tensor> all(List<String> tensors, GraphFeeds feeds, List<Tensor> computed) {
        Iterator<Tensor> next = computed.iterator();
        return tensors.stream()
                .map(name -> feeds.fed(name).orElseGet(next::next))
                .toList();
    }

    /**
     * How many rows to run together: about so many that they have this number of elements, but always as many as a graph
     * with a fixed number of rows takes.
     */
    public int batch(Examples rows, int elements) {
        return GraphFeeds.fixedRows(signature).orElseGet(() -> Math.max(1, elements / rows.longestRow()));
    }

    /** Replaces a matrix that is stored in one float32 piece. */
    public void replace(String weight, Matrix matrix) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(matrix.values().length, Float.BYTES))
                .order(ByteOrder.nativeOrder());
        bytes.asFloatBuffer().put(matrix.values());
        engine.assign(List.of(weight), name -> bytes.rewind());
    }

    @Override
    public void close() {
        engine.close();
    }
}
