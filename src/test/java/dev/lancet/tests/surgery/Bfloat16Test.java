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
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.tensorflow.Tensor;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

/** What TensorFlow makes of a matrix of 16-bit floats, against float64. */
class Bfloat16Test {

    private static final int BATCH = 3;

    /**
     * The input is rounded by at most 2⁻⁸ of itself: 2⁻⁸ of the sum of magnitudes. The sum is float32's, whose errors are far
     * below. The result is rounded by oneDNN and cards, at most 2⁻⁸ of it, but cut off by TensorFlow's kernel for processors
     * without AVX-512: at most 2⁻⁷.
     */
    @Property(tries = 60)
    void a_product_is_that_with_the_rounded_matrix_but_for_the_rounding_of_what_enters_and_leaves(
            @ForAll boolean transposed,
            @ForAll @IntRange(min = 1, max = 40) int rows,
            @ForAll @IntRange(min = 1, max = 40) int columns,
            @ForAll long seed) {
        Random random = new Random(seed);
        short[] halves = halves(rows * columns, random);
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
        try (Running running = new Running(cut(builder, rows, columns), Map.of("w", halves));
                Tensor fed = Running.floats(x, BATCH, inputs)) {
            y = running.floats(Map.of("x", fed), "y");
        }

        for (int b = 0; b < BATCH; b++) {
            for (int o = 0; o < outputs; o++) {
                double sum = 0;
                double size = 0;
                for (int i = 0; i < inputs; i++) {
                    double term =
                            (double) x[b * inputs + i] * value(halves[transposed ? o * columns + i : i * columns + o]);
                    sum += term;
                    size += Math.abs(term);
                }
                double off = (0x1p-8 * size + 0x1p-7 * Math.abs(sum)) * 1.01;
                assertThat((double) y[b * outputs + o]).isCloseTo(sum, within(off));
            }
        }
    }

    @Property(tries = 40)
    void a_lookup_gives_the_rounded_rows_exactly(
            @ForAll @IntRange(min = 1, max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 13) int columns,
            @ForAll @IntRange(min = 1, max = 3) int rank,
            @ForAll long seed) {
        Random random = new Random(seed);
        short[] halves = halves(rows * columns, random);
        long[] shape = new long[rank];
        Arrays.setAll(shape, i -> 1 + random.nextInt(3));
        long[] open = new long[rank];
        Arrays.fill(open, -1);
        int[] ids = random.ints(Arrays.stream(shape).reduce(1, (a, b) -> a * b), 0, rows)
                .toArray();
        GraphBuilder builder = GraphBuilder.graph();
        Value in = builder.placeholder("ids", TensorType.of(DataType.DT_INT32, random.nextBoolean() ? open : shape));
        Value weight = builder.variable("w", TensorType.of(DataType.DT_FLOAT, rows, columns));
        Ops ops = new Ops(builder);
        ops.gather("y", weight, in, ops.constant("axis", 0), 0);

        float[] y;
        try (Running running = new Running(cut(builder, rows, columns), Map.of("w", halves));
                Tensor fed = Running.ints(ids, shape)) {
            y = running.floats(Map.of("ids", fed), "y");
        }

        for (int i = 0; i < ids.length; i++) {
            for (int j = 0; j < columns; j++) {
                assertThat(y[i * columns + j]).isEqualTo(value(halves[ids[i] * columns + j]));
            }
        }
    }

    private static short[] halves(int count, Random random) {
        short[] halves = new short[count];
        for (int i = 0; i < count; i++) {
            halves[i] = (short) (Float.floatToIntBits((float) random.nextGaussian()) >>> 16);
        }
        return halves;
    }

    private static float value(short half) {
        return Float.intBitsToFloat(half << 16);
    }

    private static GraphDef cut(GraphBuilder builder, int rows, int columns) {
        StoredMatrix matrix = new StoredMatrix("w", rows, columns, Precision.bfloat16(), Channels.ROWS);
        return Surgeon.rewrite(builder.toGraph(), new QuantizeWeight(matrix)).graph();
    }
}
