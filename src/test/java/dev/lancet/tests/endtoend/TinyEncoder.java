package dev.lancet.tests.endtoend;

import dev.lancet.runtime.GraphModel;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;

/**
 * A SavedModel that encodes texts as small ones do: {@code hidden = tanh(words[input_ids] · dense)}, {@code [batch,
 * positions, 8]}, with 7 at the positions that the mask leaves out, and an output of another type.
 */
final class TinyEncoder {

    static final Path TOKENIZER = Path.of("src/test/resources/fixtures/lm-eval-reference/model/tokenizer.json");
    static final int VOCABULARY = 512;
    static final int WIDTH = 8;
    static final String TABLE = "words/embeddings";
    static final String KERNEL = "dense/kernel";

    private TinyEncoder() {}

    /** Writes it into {@code encoder} of a folder. */
    static Path write(Path folder) throws IOException {
        GraphBuilder graph = GraphBuilder.graph();
        Ops ops = new Ops(graph);
        TensorType rows = TensorType.of(DataType.DT_INT32, -1, -1);
        Value ids = graph.placeholder("input_ids", rows);
        Value mask = graph.placeholder("attention_mask", rows);
        Value types = graph.placeholder("token_type_ids", rows);
        Value table = constant(graph, "words/read", VOCABULARY, 1);
        Value kernel = constant(graph, "dense/read", WIDTH, 2);
        Value words = ops.gather("words", table, ids, ops.constant("words/axis", 0), 0);
        Value shifted = ops.add("shifted", words, column(graph, ops, "types", types));
        Value product = graph.node("dense", "BatchMatMulV2")
                .in(shifted, kernel)
                .with("T", DataType.DT_FLOAT)
                .with("adj_x", false)
                .with("adj_y", false)
                .gives(TensorType.of(DataType.DT_FLOAT, -1, -1, WIDTH));
        Value counts = column(graph, ops, "counts", mask);
        Value kept = ops.mul("kept", ops.unary("tanh", "Tanh", product), counts);
        Value other = ops.mul("other", ops.sub("rest", ops.constant("one", 1f), counts), ops.constant("seven", 7f));
        ops.add("hidden", kept, other);
        ops.cast("ids.again", ids, DataType.DT_INT64);
        Path frozen = folder.resolve("encoder.pb");
        Files.write(frozen, graph.toGraph().toByteArray());
        Path encoder = folder.resolve("encoder");
        GraphModel.open(frozen).save(encoder);
        return withShapes(encoder);
    }

    /** A signature of a former frozen graph does not know the shapes of its outputs. */
    private static Path withShapes(Path encoder) throws IOException {
        Path file = encoder.resolve("saved_model.pb");
        SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
        SignatureDef.Builder signature = model.getMetaGraphs(0).getSignatureDefOrThrow("serving_default").toBuilder();
        signature.putOutputs(
                "hidden",
                signature.getOutputsOrThrow("hidden").toBuilder()
                        .setTensorShape(Attributes.shape(List.of(-1L, -1L, (long) WIDTH)))
                        .build());
        signature.removeOutputs("ids.again");
        model.getMetaGraphsBuilder(0).putSignatureDef("serving_default", signature.build());
        Files.write(file, model.build().toByteArray());
        return encoder;
    }

    private static Value constant(GraphBuilder graph, String name, int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[rows * WIDTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (2 * random.nextDouble() - 1);
        }
        List<Long> dims = List.of((long) rows, (long) WIDTH);
        return graph.node(name, "Const")
                .with("dtype", DataType.DT_FLOAT)
                .with("value", Attributes.of(ConstantTensors.floats(dims, values)))
                .gives(new TensorType(DataType.DT_FLOAT, dims));
    }

    private static Value column(GraphBuilder graph, Ops ops, String name, Value numbers) {
        return graph.node(name, "ExpandDims")
                .in(ops.cast(name + "/float", numbers, DataType.DT_FLOAT), ops.constant(name + "/axis", 2))
                .with("T", DataType.DT_FLOAT)
                .with("Tdim", DataType.DT_INT32)
                .gives(TensorType.of(DataType.DT_FLOAT, -1, -1, 1));
    }
}
