package dev.lancet.runtime.recovery;

import static dev.lancet.dsl.Selector.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Rank;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.RunningModel;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.imported.GraphExtension;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.layer.ConcatenatedOutput;
import dev.lancet.surgery.layer.LayerOutputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.DataType;

/** The hidden states that a compressed graph learns, on a graph with a mask and a layer whose positions come before its rows. */
class HiddenStateTargetsTest {

    private static final int POSITIONS = 3;
    private static final int WIDTH = 8;
    private static final int OUTPUTS = 4;
    private static final int ROWS = 6;
    private static final long ROOM = 1 << 20;

    /** The signature that Lancet gives a frozen graph. */
    private static final String SIGNATURE = "serving_default";

    private static final Set<String> ALL = Set.of("up.variable", "turned.variable", "out.variable");

    @TempDir
    private Path folder;

    private final ResolvedDevice device = Device.auto().resolve();
    private final float[] up = numbers(1, WIDTH * WIDTH);
    private final float[] turned = numbers(2, WIDTH * WIDTH);
    private final float[] out = numbers(3, WIDTH * OUTPUTS);

    private static float[] numbers(long seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() / 2;
        }
        return values;
    }

    /**
     * A graph with three layers. The second one computes {@code [positions, batch, width]}.
     *
     * @param rows the number of rows that it takes; -1 for any
     */
    private GraphSource graph(int rows) throws IOException {
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        Value x = builder.placeholder("x", TensorType.of(DataType.DT_FLOAT, rows, POSITIONS, WIDTH));
        Value mask = builder.placeholder("mask", TensorType.of(DataType.DT_INT32, rows, POSITIONS));
        Value first = ops.matmul("first", reshape(ops, "list", x, -1, WIDTH), false, matrix(builder, "up", up), false);
        Value bent = reshape(ops, "bent", ops.unary("tanh", "Tanh", first), -1, POSITIONS, WIDTH);
        Value order = ops.ints("order", 1, 0, 2);
        Value before = reshape(ops, "before", ops.transpose("positions.first", bent, order, 1, 0, 2), -1, WIDTH);
        Value second = ops.matmul("second", before, false, matrix(builder, "turned", turned), false);
        Value back = ops.transpose("rows.first", reshape(ops, "back", second, POSITIONS, -1, WIDTH), order, 1, 0, 2);
        Value counts = reshape(ops, "counts", ops.cast("mask.floats", mask, DataType.DT_FLOAT), -1, POSITIONS, 1);
        Value pooled = ops.reduce(
                "pooled",
                "Sum",
                ops.mul("counted", back, counts),
                ops.ints("pooled.axis", 1),
                false,
                List.of(-1L, (long) WIDTH));
        ops.matmul("y", pooled, false, matrix(builder, "out", out), false);
        Path file = Files.write(
                folder.resolve("graph" + rows + ".pb"), builder.toGraph().toByteArray());
        return (GraphSource) ModelSource.open(file);
    }

    private static Value reshape(Ops ops, String name, Value x, int... dims) {
        List<Long> known = new ArrayList<>();
        for (int dim : dims) {
            known.add((long) dim);
        }
        return ops.reshape(name, x, ops.ints(name + ".shape", dims), known);
    }

    private static Value matrix(GraphBuilder builder, String name, float[] values) {
        List<Long> dims = List.of((long) WIDTH, (long) values.length / WIDTH);
        return builder.node(name, "Const")
                .with("dtype", DataType.DT_FLOAT)
                .with("value", Attributes.of(ConstantTensors.floats(dims, values)))
                .gives(new TensorType(DataType.DT_FLOAT, dims));
    }

    private static int[][] mask(int rows) {
        int[][] mask = new int[rows][POSITIONS];
        for (int row = 0; row < rows; row++) {
            for (int at = 0; at < POSITIONS - row % POSITIONS; at++) {
                mask[row][at] = 1;
            }
        }
        return mask;
    }

    private static float[] inputs(int rows) {
        return numbers(7, rows * POSITIONS * WIDTH);
    }

    private static Examples rows(int rows) {
        return Examples.of("x", inputs(rows), rows, POSITIONS, WIDTH).and("mask", mask(rows));
    }

    private Optional<GraphExtension> joined(GraphSource source, Set<String> weights, Examples rows, long most) {
        try (RunningModel teacher = RunningModel.open(source, device)) {
            return new HiddenStateTargets(teacher, rows)
                    .joined(
                            SIGNATURE,
                            "y",
                            LayerOutputs.of(source.model(), teacher.signature(), weights),
                            rows.count(),
                            most);
        }
    }

    private float[] run(ImportedSurgery surgery, GraphSource source, Examples rows) {
        try (RunningModel running = RunningModel.open(surgery, source.weights(), device)) {
            return running.outputs(rows).getOrDefault(ConcatenatedOutput.NAME, new float[0]);
        }
    }

    /** {@code x · up}, {@code [rows, positions, width]}, with 0 where the mask excludes a position. */
    private double[][] hidden(int rows) {
        float[] x = inputs(rows);
        int[][] mask = mask(rows);
        double[][] hidden = new double[rows][POSITIONS * WIDTH];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < POSITIONS * WIDTH; i++) {
                for (int k = 0; k < WIDTH; k++) {
                    hidden[row][i] += mask[row][i / WIDTH]
                            * (double) x[(row * POSITIONS + i / WIDTH) * WIDTH + k]
                            * up[k * WIDTH + i % WIDTH];
                }
            }
        }
        return hidden;
    }

    /** The output, {@code [rows, outputs]}. */
    private double[][] output(int rows) {
        double[][] hidden = hidden(rows);
        double[][] y = new double[rows][OUTPUTS];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < POSITIONS * WIDTH; i++) {
                // An excluded position has hidden values 0, whose tanh is 0, as if it did not count.
                double bent = Math.tanh(hidden[row][i]);
                for (int k = 0; k < WIDTH; k++) {
                    for (int j = 0; j < OUTPUTS; j++) {
                        y[row][j] += bent * turned[i % WIDTH * WIDTH + k] * out[k * OUTPUTS + j];
                    }
                }
            }
        }
        return y;
    }

    /** What half of the weight for each of the two makes of the hidden values and the output of a row. */
    private static double[] expected(double[][] hidden, double[][] y, int row) {
        int elements = POSITIONS * WIDTH + OUTPUTS;
        double[] expected = new double[elements];
        for (int i = 0; i < elements; i++) {
            double[][] part = i < POSITIONS * WIDTH ? hidden : y;
            double squares = 0;
            for (int some = 0; some < 4; some++) {
                for (double value : part[some]) {
                    squares += value * value / 4;
                }
            }
            expected[i] =
                    part[row][i < POSITIONS * WIDTH ? i : i - POSITIONS * WIDTH] * Math.sqrt(0.5 * elements / squares);
        }
        return expected;
    }

    @Test
    void the_output_has_the_hidden_states_that_count_and_leaves_out_a_layer_that_does_not_begin_with_the_rows()
            throws IOException {
        GraphSource source = graph(-1);
        GraphExtension joined = joined(source, ALL, rows(ROWS), ROOM).orElseThrow();
        ImportedSurgery surgery = ImportedSurgery.operate(source.model(), source.plan());
        float[] values = run(surgery.with(joined), source, rows(ROWS));
        int elements = POSITIONS * WIDTH + OUTPUTS;
        assertThat(values).hasSize(ROWS * elements);
        for (int row = 0; row < ROWS; row++) {
            double[] expected = expected(hidden(ROWS), output(ROWS), row);
            for (int i = 0; i < elements; i++) {
                assertThat((double) values[row * elements + i])
                        .as("row %d, element %d", row, i)
                        .isCloseTo(expected[i], within(2e-5));
            }
        }
    }

    @Test
    void a_graph_that_takes_two_rows_at_a_time_has_the_same_output() throws IOException {
        GraphSource any = graph(-1);
        GraphSource two = graph(2);
        // The scales come from the first rows that are run together, so both graphs get those of the first.
        GraphExtension joined = joined(any, ALL, rows(ROWS), ROOM).orElseThrow();
        assertThat(joined(two, ALL, rows(ROWS), ROOM)).isPresent();
        float[] all = run(ImportedSurgery.operate(any.model(), any.plan()).with(joined), any, rows(2));
        float[] pair = run(ImportedSurgery.operate(two.model(), two.plan()).with(joined), two, rows(2));
        assertThat(pair).containsExactly(all, within(1e-6f));
    }

    @Test
    void where_no_layer_can_be_used_there_is_no_such_output() throws IOException {
        GraphSource source = graph(-1);
        assertThat(joined(source, Set.of("turned.variable"), rows(ROWS), ROOM)).isEmpty();
        assertThat(joined(source, Set.of("out.variable"), rows(ROWS), ROOM)).isEmpty();
        assertThat(joined(source, ALL, rows(ROWS), 4L * ROWS * POSITIONS * WIDTH))
                .isEmpty();
    }

    private RecoveryResult result(GraphSource source, String layers, long rows) {
        CalibrationData data = CalibrationData.draw(rows(96), 48, 0);
        return new CalibratedCompression(source, data, Progress.silent())
                .recover(rows)
                .write(
                        Compression.keepAll().on(named(layers)).factorise(Rank.ratio(0.5)),
                        folder.resolve(layers.replace("*", "") + rows))
                .recovered()
                .orElseThrow();
    }

    @Test
    void a_graph_learns_hidden_states_and_ends_nearer_to_its_original() throws IOException {
        RecoveryResult any = result(graph(-1), "*", 16_000);
        assertThat(any.steps()).isEqualTo(1_000);
        assertThat(any.after().distance()).isLessThan(0.95 * any.before().distance());
        RecoveryResult two = result(graph(2), "*", 2_000);
        assertThat(two.steps()).isEqualTo(1_000);
        assertThat(two.after().distance()).isLessThan(0.95 * two.before().distance());
    }

    @Test
    void a_graph_without_usable_layers_learns_its_output_alone() throws IOException {
        RecoveryResult result = result(graph(-1), "turned*", 4_000);
        assertThat(result.after().distance()).isLessThan(result.before().distance());
    }

    @Test
    void layers_are_an_even_spread_with_the_last_one_if_not_all_fit() {
        List<HiddenStateTargets.Measured> all = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            all.add(new HiddenStateTargets.Measured("layer" + i, 10, 1, Optional.empty()));
        }
        assertThat(HiddenStateTargets.spread(all, 70)).isEqualTo(all);
        assertThat(HiddenStateTargets.spread(all, 39))
                .extracting(HiddenStateTargets.Measured::tensor)
                .containsExactly("layer1", "layer3", "layer6");
        assertThat(HiddenStateTargets.spread(all, 19))
                .extracting(HiddenStateTargets.Measured::tensor)
                .containsExactly("layer6");
        assertThat(HiddenStateTargets.spread(all, 9)).isEmpty();
        assertThat(HiddenStateTargets.spread(List.of(), 9)).isEmpty();
    }
}
