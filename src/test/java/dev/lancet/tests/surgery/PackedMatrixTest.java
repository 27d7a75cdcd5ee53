package dev.lancet.tests.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.rule.QuantizeWeight;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Tensor;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

/** TensorFlow unpacks what {@link Quantizer} packs to the same floats, bit for bit. */
class PackedMatrixTest {

    private static final int ROWS = 11;
    private static final int COLUMNS = 7;

    private static Stream<Precision> precisions() {
        return Stream.of(
                Precision.int4(4),
                Precision.nf4(4),
                Precision.int4(4).doubleQuantized(),
                Precision.nf4(6).doubleQuantized(),
                Precision.int4(4).asymmetric(),
                Precision.int4(2).asymmetric().doubleQuantized());
    }

    private static Matrix weights() {
        Random random = new Random(3);
        float[] values = new float[ROWS * COLUMNS];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 0.05 * (1 + i % COLUMNS)) + 0.02f;
        }
        return Matrix.of(ROWS, COLUMNS, values);
    }

    private static Map<String, Object> variables(List<HostTensor> arrays) {
        Map<String, Object> variables = new HashMap<>();
        arrays.forEach(array -> variables.put(
                array.name(), array.spec().type() == ArraySpec.Type.FLOAT32 ? array.floats() : array.toArray()));
        return variables;
    }

    @ParameterizedTest
    @MethodSource("precisions")
    void a_product_with_the_identity_gives_the_matrix(Precision precision) {
        float[] identity = new float[ROWS * ROWS];
        for (int i = 0; i < ROWS; i++) {
            identity[i * ROWS + i] = 1;
        }
        for (Channels channels : Channels.values()) {
            StoredMatrix matrix = new StoredMatrix("w", ROWS, COLUMNS, precision, channels);
            List<HostTensor> arrays = Quantizer.pack(matrix, weights());
            GraphBuilder builder = GraphBuilder.graph();
            Value x = builder.placeholder("x", TensorType.of(DataType.DT_FLOAT, -1, ROWS));
            Value weight = builder.variable("w", TensorType.of(DataType.DT_FLOAT, ROWS, COLUMNS));
            new Ops(builder).matmul("y", x, false, weight, false);
            try (Running running = running(builder, matrix, arrays);
                    Tensor fed = Running.floats(identity, ROWS, ROWS)) {
                assertThat(running.floats(Map.of("x", fed), "y"))
                        .isEqualTo(Quantizer.unpack(matrix, arrays).values());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("precisions")
    void a_lookup_of_all_rows_gives_the_matrix(Precision precision) {
        StoredMatrix matrix = new StoredMatrix("w", ROWS, COLUMNS, precision, Channels.ROWS);
        List<HostTensor> arrays = Quantizer.pack(matrix, weights());
        GraphBuilder builder = GraphBuilder.graph();
        Value ids = builder.placeholder("ids", TensorType.of(DataType.DT_INT32, -1));
        Value weight = builder.variable("w", TensorType.of(DataType.DT_FLOAT, ROWS, COLUMNS));
        Ops ops = new Ops(builder);
        ops.gather("y", weight, ids, ops.constant("axis", 0), 0);
        int[] all = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
            all[i] = i;
        }
        try (Running running = running(builder, matrix, arrays);
                Tensor fed = Running.ints(all, ROWS)) {
            assertThat(running.floats(Map.of("ids", fed), "y"))
                    .isEqualTo(Quantizer.unpack(matrix, arrays).values());
        }
    }

    @ParameterizedTest
    @MethodSource("precisions")
    void a_compressed_graph_holds_its_own_form_and_no_other(Precision precision) {
        GraphDef graph = operated(Blueprint.scoring(Models.gpt2(1)), precision);
        assertThat(operated(graph, precision)).isSameAs(graph);
        Precision other = precision.zeroPoints()
                ? Precision.int4(precision.group())
                : Precision.int4(precision.group()).asymmetric();
        assertThatThrownBy(() -> operated(graph, other))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("is uint8");
    }

    private static GraphDef operated(GraphDef graph, Precision precision) {
        Plan plan = Plan.of(
                Models.gpt2(1), Compression.keepAll().on(Selector.everything()).quantize(precision));
        return Surgeon.operate(graph, plan).graph();
    }

    private static Running running(GraphBuilder builder, StoredMatrix matrix, List<HostTensor> arrays) {
        return new Running(
                Surgeon.rewrite(builder.toGraph(), new QuantizeWeight(matrix)).graph(), variables(arrays));
    }
}
