package dev.lancet.tests.savedmodel;

import static dev.lancet.dsl.Precision.int4;
import static dev.lancet.dsl.Selector.linears;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.GramMeasurement;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.DataType;

/** Calibrated compression of models that others wrote, on rows for their signature. */
class CalibratedGraphTest {

    private static final int WIDTH = 16;

    @TempDir
    private Path folder;

    /** Ids as the classifier takes them, padded with zeros at the end. */
    private static Examples ids(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[][] values = new int[rows][32];
        for (int[] row : values) {
            int words = 4 + random.nextInt(28);
            for (int i = 0; i < words; i++) {
                row[i] = 1 + random.nextInt(4095);
            }
        }
        return Examples.of("ids", values);
    }

    private static GramMatrices measured(Path model, Examples rows) {
        return GramMeasurement.of(
                ModelSource.open(model), new CalibrationData(rows, Examples.none()), Progress.silent());
    }

    private Quality quality(Path model, GramMatrices grams, Examples heldOut, CompressionMethod method) {
        ModelSource source = ModelSource.open(model);
        Compression compression = source.plan()
                .resolved(Compression.keepAll().on(linears()).quantize(int4(32), method), source.constraints());
        CompressionJob job = new CompressionJob(source, Progress.silent()).by(compression);
        Path out = folder.resolve(method.name());
        job.calibrated(grams).write(job.plan(compression), out);
        return QualityMeasurement.of(
                source, ModelSource.open(out), heldOut, Device.auto().resolve(), Progress.silent());
    }

    @Test
    void gptq_keeps_the_outputs_of_a_classifier_on_other_rows_better_than_rounding_to_nearest() {
        GramMatrices grams = measured(Served.KERAS, ids(128, 3));
        assertThat(grams.of("block0_mha/query/kernel").orElseThrow().rows()).isEqualTo(128 * 32);
        Quality nearest = quality(Served.KERAS, grams, ids(48, 4), CompressionMethod.NEAREST);
        Quality gptq = quality(Served.KERAS, grams, ids(48, 4), CompressionMethod.GPTQ);
        assertThat(gptq.rows()).isEqualTo(48);
        assertThat(gptq.outputs()).containsOnlyKeys("output_0");
        assertThat(gptq.distance()).isLessThan(nearest.distance());
        assertThat(gptq.cosineMean()).isBetween(nearest.cosineMean(), 1.0);
    }

    @Test
    void a_graph_has_the_outputs_of_itself() {
        ModelSource source = ModelSource.open(Served.KERAS);
        Quality same =
                QualityMeasurement.of(source, source, ids(4, 5), Device.auto().resolve(), Progress.silent());
        assertThat(same.cosineLeast()).isCloseTo(1, within(1e-12));
        assertThat(same.outputs().get("output_0").relativeError()).isZero();
    }

    @Test
    void a_frozen_graph_with_frames_is_measured_after_it_was_written_and_opened_again() {
        Path frames = PythonGraphs.of("frames.pb");
        float[][] x = {{1, 2, 3, 4, 5, 6, 7, 8}, {-1, 2, -3, 4, -5, 6, -7, 8}};
        ModelSource source = ModelSource.open(frames);
        Path out = folder.resolve("small.pb");
        CompressionJob job = new CompressionJob(source, Progress.silent());
        job.write(job.plan(Compression.keepAll().on(linears()).quantize(int4(8))), out);
        Quality quality = QualityMeasurement.of(
                source,
                ModelSource.open(out),
                Examples.of("x", x),
                Device.auto().resolve(),
                Progress.silent());
        assertThat(quality.cosineLeast()).isBetween(0.9, 0.99999);
    }

    @Test
    void layers_in_loops_and_branches_are_left_without_calibration() {
        Path turns = PythonGraphs.of("turns");
        float[][] x = {{1, 2, 3, 4, 5, 6, 7, 8}, {-1, 2, -3, 4, -5, 6, -7, 8}};
        GramMatrices grams = measured(turns, Examples.of("x", x));
        assertThat(grams.of("turn/kernel")).isEmpty();
        assertThat(grams.of("inner/kernel")).isEmpty();
        quality(turns, grams, Examples.of("x", x), CompressionMethod.GPTQ);
        assertThat(folder.resolve("GPTQ")).isDirectory();
    }

    @Test
    void layers_in_loops_of_tensorflow_1_are_left_without_calibration_too() {
        Path frames = PythonGraphs.of("frames.pb");
        float[][] x = {{1, 2, 3, 4, 5, 6, 7, 8}, {-1, 2, -3, 4, -5, 6, -7, 8}};
        GramMatrices grams = measured(frames, Examples.of("x", x));
        assertThat(ModelSource.open(frames).plan().steps())
                .filteredOn(step -> grams.of(step.weight().name()).isPresent())
                .hasSize(1);
    }

    @Test
    void a_layer_that_reads_an_input_of_the_graph_is_calibrated() {
        float[][] x = {new float[96], new float[96]};
        x[1][5] = 3;
        GramMatrix gram =
                measured(Served.MLP, Examples.of("x", x)).of("dense1/kernel").orElseThrow();
        assertThat(gram.rows()).isEqualTo(2);
        assertThat(gram.sums()[5 * 96 + 5]).isEqualTo(9);
    }

    /** A graph with a fixed number of rows, whose mask says which tokens count. */
    private Path masked() throws IOException {
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        Value x = builder.placeholder("x", TensorType.of(DataType.DT_FLOAT, 2, 3, WIDTH));
        Value mask = builder.placeholder("mask", TensorType.of(DataType.DT_INT32, 2, 3));
        float[] weights = new float[WIDTH * WIDTH];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (i * 7 % 11 - 5) / 4f;
        }
        List<Long> square = List.of((long) WIDTH, (long) WIDTH);
        Value matrix = builder.node("w", "Const")
                .with("dtype", DataType.DT_FLOAT)
                .with("value", Attributes.of(ConstantTensors.floats(square, weights)))
                .gives(new TensorType(DataType.DT_FLOAT, square));
        Value list = ops.reshape("list", x, ops.ints("list.shape", 6, WIDTH), List.of(6L, 16L));
        Value product = ops.matmul("product", list, false, matrix, false);
        Value some = ops.reshape(
                "some", ops.cast("counts", mask, DataType.DT_FLOAT), ops.ints("some.shape", 6, 1), List.of(6L, 1L));
        ops.mul("y", product, some);
        return Files.write(folder.resolve("masked.pb"), builder.toGraph().toByteArray());
    }

    private static float[] tokens(int rows) {
        float[] values = new float[rows * 3 * WIDTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 13 % 17 - 8) / 4f;
        }
        return values;
    }

    @Test
    void tokens_that_a_mask_excludes_are_not_counted_also_in_a_graph_that_takes_two_rows_at_a_time()
            throws IOException {
        int[][] mask = {{1, 1, 0}, {1, 0, 0}, {1, 1, 1}, {0, 0, 0}};
        float[] x = tokens(4);
        Path model = masked();
        String layer = ModelSource.open(model).plan().steps().get(0).weight().name();
        assertThat(ModelSource.open(model).plan().steps()).hasSize(1);
        GramMatrix gram = measured(model, Examples.of("x", x, 4, 3, WIDTH).and("mask", mask))
                .of(layer)
                .orElseThrow();
        assertThat(gram.rows()).isEqualTo(6);
        double[] expected = new double[WIDTH];
        for (int token = 0; token < 12; token++) {
            for (int j = 0; j < WIDTH; j++) {
                expected[j] += mask[token / 3][token % 3] * (double) x[token * WIDTH] * x[token * WIDTH + j];
            }
        }
        assertThat(Arrays.copyOf(gram.sums(), WIDTH)).containsExactly(expected, within(1e-12));
    }

    private static void refuses(Path model, Examples rows, String... reasons) {
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> measured(model, rows))
                .satisfies(wrong ->
                        assertThat(wrong.getMessage()).contains(reasons).doesNotContain("\n"));
    }

    @Test
    void an_input_that_is_not_finite_is_named_with_its_layer_and_row() throws IOException {
        float[] x = tokens(4);
        x[3 * 3 * WIDTH + 2 * WIDTH + 1] = Float.POSITIVE_INFINITY;
        int[][] mask = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}};
        refuses(
                masked(),
                Examples.of("x", x, 4, 3, WIDTH).and("mask", mask),
                "calibrate: the input of ",
                " contains Infinity in row 3; check the model and this row of the calibration data");
    }

    @Test
    void rows_that_do_not_fit_the_signature_name_the_input_and_both_shapes() throws IOException {
        refuses(
                Served.KERAS,
                Examples.of("tokens", new int[3][32]),
                "examples: the signature takes 'ids', but they have only [tokens]");
        refuses(
                Served.KERAS,
                Examples.of("ids", new int[3][31]),
                "examples: the signature takes its input 'ids' in the shape [any, 32], but these rows have [3, 31];"
                        + " give the array that shape");
        refuses(Served.KERAS, Examples.of("ids", new float[3][32]), "input 'ids' as DT_INT32, but they are floats");
        refuses(
                masked(),
                Examples.of("x", tokens(3), 3, 3, WIDTH).and("mask", new int[3][3]),
                "in the shape [2, 3, 16], but these rows have [1, 3, 16]");
    }

    @Test
    void ids_outside_the_table_are_refused_in_one_line() {
        int[][] beyond = new int[2][32];
        beyond[1][3] = 99_999;
        refuses(Served.KERAS, Examples.of("ids", beyond), "99999", "check the values of the inputs");
    }
}
