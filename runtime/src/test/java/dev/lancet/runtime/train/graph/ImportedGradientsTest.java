package dev.lancet.runtime.train.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.surgery.VariableLoading;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.Objective;
import dev.lancet.surgery.imported.TrainableGraph;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Session;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

/** Gradients of a graph with all that needs a hand: a lookup in a variable, Erfc, IdentityN, stacks of products. */
class ImportedGradientsTest {

    private static final float STEP = 2e-2f;
    private static final Objective OBJECTIVE = Objective.meanSquaredError("y");

    @TempDir
    private Path folder;

    private final Map<String, float[]> values = new LinkedHashMap<>();

    @Test
    void gradients_are_those_that_differences_show() throws Exception {
        Random random = new Random(3);
        values.put("table", numbers(random, 7 * 4));
        values.put("w", numbers(random, 4 * 6));
        Path file = Files.write(folder.resolve("graph.pb"), graph().toByteArray());
        ImportedModel model = ImportedModel.open(file);
        ImportedSurgery operation = ImportedSurgery.operate(model, model.plan());
        ImportedGradients gradients = ImportedGradients.of(TrainableGraph.of(operation, OBJECTIVE));
        assertThat(gradients.trained()).containsExactlyInAnyOrder("table", "w");
        assertThat(gradients.graph().getNodeList())
                .noneMatch(node -> List.of("BatchMatMulV3", "Erfc", "IdentityN", "ResourceGather")
                        .contains(node.getOp()));
        Examples examples =
                Examples.of("ids", new int[][] {{1}, {3}, {1}, {6}, {0}}).targets(targets(random));
        try (Engine engine = Engine.literal(VariableLoading.into(gradients.graph()))) {
            values.forEach((name, numbers) -> assign(engine, name, numbers));
            for (String name : values.keySet()) {
                float[] derived = run(engine, operation, examples, name + ".grad");
                float[] point = values.get(name);
                for (int i = 0; i < point.length; i++) {
                    double slope = (at(engine, operation, examples, name, i, STEP)
                                    - at(engine, operation, examples, name, i, -STEP))
                            / (2 * STEP);
                    assertThat((double) derived[i]).as("%s[%d]", name, i).isCloseTo(slope, within(2e-3));
                }
                assign(engine, name, point);
            }
        }
    }

    private double at(Engine engine, ImportedSurgery operation, Examples examples, String name, int index, float by) {
        float[] moved = values.get(name).clone();
        moved[index] += by;
        assign(engine, name, moved);
        return run(engine, operation, examples, TrainableGraph.LOSS)[0];
    }

    private static void assign(Engine engine, String name, float[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        engine.assign(List.of(name), any -> bytes);
    }

    private static float[] run(Engine engine, ImportedSurgery operation, Examples examples, String node) {
        try (GraphFeeds feeds = new GraphFeeds(engine.runner());
                var result = feeds.put(examples, OBJECTIVE.signatureOf(operation.meta()))
                        .put(TrainableGraph.LABELS, examples.labels(DataType.DT_FLOAT))
                        .fetch(node)
                        .run(Session.Runner::run)) {
            return TensorTransfer.floats(result.get(0));
        }
    }

    private static float[] numbers(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian() * 0.7f;
        }
        return numbers;
    }

    private static float[][] targets(Random random) {
        float[][] rows = new float[5][];
        Arrays.setAll(rows, row -> numbers(random, 6));
        return rows;
    }

    private static GraphDef graph() {
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        Value ids = builder.placeholder("ids", TensorType.of(DataType.DT_INT32, 5, 1));
        builder.variable("table", TensorType.of(DataType.DT_FLOAT, 7, 4));
        Value table = new Value("table", 0, TensorType.of(DataType.DT_RESOURCE));
        Value w = builder.variable("w", TensorType.of(DataType.DT_FLOAT, 4, 6));
        Value rows = builder.node("rows", "ResourceGather")
                .in(table, ids)
                .with("dtype", DataType.DT_FLOAT)
                .with("Tindices", DataType.DT_INT32)
                .gives(TensorType.of(DataType.DT_FLOAT, 5, 1, 4));
        Value list = ops.reshape("list", rows, ops.ints("list.shape", 5, 4), List.of(5L, 4L));
        Value h = ops.matmul("h", list, false, w, false);
        Value erfc = ops.unary("erfc", "Erfc", ops.mul("turned", h, ops.constant("root", -0.70710677f)));
        Value gelu = ops.mul("gelu", ops.mul("half", h, ops.constant("point5", 0.5f)), erfc);
        List<Value> both = builder.node("both", "IdentityN")
                .in(gelu, h)
                .with("T", Attributes.types(List.of(DataType.DT_FLOAT, DataType.DT_FLOAT)))
                .gives(List.of(gelu.form(), h.form()));
        Value stack = ops.ints("stack.shape", 1, 5, 6);
        Value left = ops.reshape("left", both.get(0), stack, List.of(1L, 5L, 6L));
        Value right = ops.reshape("right", both.get(1), stack, List.of(1L, 5L, 6L));
        Value shares = ops.softmax("shares", ops.batchMatmul("scores", left, false, right, true));
        ops.batchMatmul("y", shares, false, left, false);
        return builder.toGraph();
    }
}
