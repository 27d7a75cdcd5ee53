package dev.lancet.tests.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.rule.QuantizeWeight;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.tensorflow.Tensor;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

/** What TensorFlow makes of codes and scales is what their layout says, for every precision, channel and odd shape. */
class DequantisationTest {

    private static final int BATCH = 3;

    @Provide
    Arbitrary<Precision> precisions() {
        return Arbitraries.of(
                Precision.int8(),
                Precision.int4(2),
                Precision.int4(4),
                Precision.int4(32),
                Precision.nf4(4),
                Precision.nf4(6),
                Precision.nf4(4).doubleQuantized(),
                Precision.int4(4).asymmetric(),
                Precision.int4(6).doubleQuantized(),
                Precision.int4(2).asymmetric().doubleQuantized());
    }

    @Property(tries = 100)
    void a_product_is_that_with_the_meaning_of_the_codes(
            @ForAll("precisions") Precision precision,
            @ForAll Channels channels,
            @ForAll boolean transposed,
            @ForAll @IntRange(min = 1, max = 13) int rows,
            @ForAll @IntRange(min = 1, max = 13) int columns,
            @ForAll long seed) {
        Random random = new Random(seed);
        Stock stock = Stock.random(new StoredMatrix("w", rows, columns, precision, channels), random);
        int inputs = transposed ? columns : rows;
        int outputs = transposed ? rows : columns;
        float[] x = new float[BATCH * inputs];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextFloat() - 0.5f;
        }
        GraphBuilder builder = GraphBuilder.graph();
        Value in = builder.placeholder("x", TensorType.of(DataType.DT_FLOAT, -1, inputs));
        Value weight = builder.variable("w", TensorType.of(DataType.DT_FLOAT, rows, columns));
        new Ops(builder).matmul("y", in, false, weight, transposed);

        float[] y;
        try (Running running = new Running(cut(builder, stock), stock.variables());
                Tensor fed = Running.floats(x, BATCH, inputs)) {
            y = running.floats(Map.of("x", fed), "y");
        }

        float[] meaning = stock.meaning();
        for (int b = 0; b < BATCH; b++) {
            for (int o = 0; o < outputs; o++) {
                double sum = 0;
                double size = 1e-3;
                for (int i = 0; i < inputs; i++) {
                    double term = (double) x[b * inputs + i] * meaning[transposed ? o * columns + i : i * columns + o];
                    sum += term;
                    size += Math.abs(term);
                }
                assertThat((double) y[b * outputs + o]).isCloseTo(sum, within(2e-6 * size));
            }
        }
    }

    @Property(tries = 80)
    void a_lookup_is_that_in_the_meaning_of_the_codes(
            @ForAll("precisions") Precision precision,
            @ForAll @IntRange(min = 1, max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 13) int columns,
            @ForAll @IntRange(min = 1, max = 3) int rank,
            @ForAll long seed) {
        Random random = new Random(seed);
        Stock stock = Stock.random(new StoredMatrix("w", rows, columns, precision, Channels.ROWS), random);
        long[] dims = {1 + random.nextInt(3), 1 + random.nextInt(3), 1 + random.nextInt(3)};
        long[] shape = Arrays.copyOf(dims, rank);
        long[] open = new long[rank];
        Arrays.fill(open, -1);
        int[] ids = new int[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = random.nextInt(rows);
        }
        GraphBuilder builder = GraphBuilder.graph();
        Value in = builder.placeholder("ids", TensorType.of(DataType.DT_INT32, random.nextBoolean() ? open : shape));
        Value weight = builder.variable("w", TensorType.of(DataType.DT_FLOAT, rows, columns));
        Ops ops = new Ops(builder);
        ops.gather("y", weight, in, ops.constant("axis", 0), 0);

        float[] y;
        try (Running running = new Running(cut(builder, stock), stock.variables());
                Tensor fed = Running.ints(ids, shape)) {
            y = running.floats(Map.of("ids", fed), "y");
        }

        float[] meaning = stock.meaning();
        for (int i = 0; i < ids.length; i++) {
            for (int j = 0; j < columns; j++) {
                assertThat(y[i * columns + j]).isEqualTo(meaning[ids[i] * columns + j]);
            }
        }
    }

    private static GraphDef cut(GraphBuilder builder, Stock stock) {
        return Surgeon.rewrite(builder.toGraph(), new QuantizeWeight(stock.piece()))
                .graph();
    }
}
