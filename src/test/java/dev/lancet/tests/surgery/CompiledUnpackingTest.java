package dev.lancet.tests.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.GraphText;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.pass.XlaCompilation;
import dev.lancet.surgery.rule.QuantizeWeight;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Tensor;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

class CompiledUnpackingTest {

    private static Stream<Arguments> storage() {
        return Stream.of(Channels.values()).flatMap(channels -> Stream.of(
                        Precision.nf4(4),
                        Precision.nf4(4).doubleQuantized(),
                        Precision.int4(4).asymmetric(),
                        Precision.int4(4).asymmetric().doubleQuantized())
                .map(precision -> arguments(channels, precision)));
    }

    @ParameterizedTest
    @MethodSource("storage")
    void a_compiled_product_is_that_of_the_interpreter_and_lookups_stay_as_they_are(
            Channels channels, Precision precision) {
        Stock stock = Stock.random(new StoredMatrix("w", 11, 7, precision, channels), new Random(5));
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        Value weight = builder.variable("w", TensorType.of(DataType.DT_FLOAT, 11, 7));
        ops.matmul("y", builder.placeholder("x", TensorType.of(DataType.DT_FLOAT, -1, 11)), false, weight, false);
        if (channels == Channels.ROWS) {
            Value ids = builder.placeholder("ids", TensorType.of(DataType.DT_INT32, -1));
            ops.gather("rows", weight, ids, ops.constant("axis", 0), 0);
        }
        GraphDef interpreted = Surgeon.rewrite(builder.toGraph(), new QuantizeWeight(stock.piece()))
                .graph();

        GraphDef compiled = XlaCompilation.unpacking(interpreted);

        assertThat(GraphText.of(compiled).lines().filter(line -> line.contains("_XlaMustCompile")))
                .singleElement()
                .asString()
                .startsWith("y.values = @" + precision.format().name().toLowerCase(Locale.ROOT) + "_");
        assertThat(XlaCompilation.unpacking(compiled)).isSameAs(compiled);
        float[] expected = product(interpreted, stock);
        float[] actual = product(compiled, stock);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-5f));
        }
    }

    private static float[] product(GraphDef graph, Stock stock) {
        float[] x = new float[22];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i % 5 - 2) / 4f;
        }
        try (Running running = new Running(graph, stock.variables());
                Tensor fed = Running.floats(x, 2, 11)) {
            return running.floats(Map.of("x", fed), "y");
        }
    }
}
