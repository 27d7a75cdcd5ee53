package dev.lancet.tests.translation;

import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.nf4;
import static dev.lancet.Lancet.ratio;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.GraphModel;
import dev.lancet.runtime.translation.GraphOnnxExport;
import dev.lancet.surgery.imported.ImportedModel;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Encoders and classifiers in ONNX Runtime, beside what TensorFlow computes for the same rows. */
class GraphOnnxExportTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Path KERAS = FIXTURES.resolve("keras-transformer-classifier/saved_model");
    private static final Path RETSIM = FIXTURES.resolve("retsim/original/v1");
    private static final Path MLP = FIXTURES.resolve("dense-mlp-savedmodel/saved_model");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "float32, false, 1e-5, 1600000",
        "int8, true, 1e-5, 570000",
        "int4, false, 5e-2, 430000",
        "factors, false, 1e-5, 1320000",
        "nf4, false, 1e-5, 510000"
    })
    void a_classifier_computes_what_it_computes_in_tensorflow(
            String form, boolean portable, double tolerance, long limit) {
        Compression compression =
                switch (form) {
                    case "int8" -> Compression.keepAll().on(everything()).quantize(int8());
                    case "int4" -> Compression.keepAll().on(everything()).quantize(int4(32));
                    case "nf4" -> Compression.keepAll().on(everything()).quantize(nf4(32));
                    case "factors" -> Compression.keepAll().on(linears()).factorise(ratio(0.5), int8());
                    default -> Compression.keepAll();
                };
        Path small = folder.resolve("small");
        GraphModel.open(KERAS).compress(compression).save(small);
        int[] ids = ids(4);
        float[] wanted;
        try (TInt32 tensor = TInt32.tensorOf(Shape.of(4, 32), DataBuffers.of(ids))) {
            wanted = tensorflow(small, "ids", tensor, "output_0");
        }
        Path out = folder.resolve("onnx");

        GraphOnnxExport.Result written = export(small, portable, out);

        float[] values = onnx(out, Map.of("ids", OnnxInput.ints(ids, 4, 32)), "output_0");
        assertThat(distance(values, wanted)).isLessThan(tolerance);
        assertThat(written.roundedInputs()).isEqualTo(form.equals("int4") ? 13 : 0);
        assertThat(written.decoded())
                .hasSize(Map.of("int8", 13, "nf4", 13, "factors", 26).getOrDefault(form, 0));
        assertThat(written.bytes()).isLessThan(limit);
    }

    @Test
    void a_text_encoder_over_characters_and_a_dense_network_are_translated() {
        float[] characters = new float[2 * 512 * 24];
        for (int i = 0; i < 40 * 24; i++) {
            characters[i] = i % 5 == 0 ? 1 : 0;
            characters[512 * 24 + i] = i % 7 == 0 ? 1 : 0;
        }
        float[] wanted;
        try (TFloat32 tensor = TFloat32.tensorOf(Shape.of(2, 512, 24), DataBuffers.of(characters))) {
            wanted = tensorflow(RETSIM, "input_1", tensor, "embedding_model");
        }
        export(RETSIM, true, folder.resolve("retsim"));
        float[] values = onnx(
                folder.resolve("retsim"),
                Map.of("input_1", OnnxInput.floats(characters, 2, 512, 24)),
                "embedding_model");
        assertThat(distance(values, wanted)).isLessThan(1e-3);

        float[] features = new float[3 * 96];
        for (int i = 0; i < features.length; i++) {
            features[i] = (i * 37 % 101) / 50f - 1;
        }
        try (TFloat32 tensor = TFloat32.tensorOf(Shape.of(3, 96), DataBuffers.of(features))) {
            wanted = tensorflow(MLP, "x", tensor, "logits");
        }
        export(MLP, false, folder.resolve("mlp"));
        assertThat(distance(
                        onnx(folder.resolve("mlp"), Map.of("x", OnnxInput.floats(features, 3, 96)), "logits"), wanted))
                .isLessThan(1e-5);
    }

    /** A graph with a loop: ONNX has loops too, but of another form. */
    @Test
    void operators_without_a_translation_are_named_and_nothing_is_written() {
        Path out = folder.resolve("out");

        assertThatThrownBy(() -> export(FIXTURES.resolve("python-graphs/turns"), false, out))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("has operators without a translation: ")
                .message()
                .doesNotContain("\n");
        assertThat(out).doesNotExist();
    }

    private GraphOnnxExport.Result export(Path model, boolean portable, Path out) {
        return new GraphOnnxExport(ImportedModel.open(model), List.of(), portable, Progress.silent()).write(out);
    }

    /** Makes the tensor of an input. */
    private interface OnnxInput {
        OnnxTensor tensor(OrtEnvironment environment) throws OrtException;

        static OnnxInput ints(int[] values, long... shape) {
            return environment -> OnnxTensor.createTensor(environment, IntBuffer.wrap(values), shape);
        }

        static OnnxInput floats(float[] values, long... shape) {
            return environment -> OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
        }
    }

    private static float[] onnx(Path model, Map<String, OnnxInput> inputs, String output) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session =
                environment.createSession(model.resolve("model.onnx").toString(), new OrtSession.SessionOptions())) {
            Map<String, OnnxTensor> tensors = new TreeMap<>();
            for (Map.Entry<String, OnnxInput> input : inputs.entrySet()) {
                tensors.put(input.getKey(), input.getValue().tensor(environment));
            }
            try (OrtSession.Result result = session.run(tensors)) {
                FloatBuffer buffer = ((OnnxTensor) result.get(output).orElseThrow()).getFloatBuffer();
                float[] values = new float[buffer.remaining()];
                buffer.get(values);
                return values;
            } finally {
                tensors.values().forEach(OnnxTensor::close);
            }
        } catch (OrtException wrong) {
            throw new AssertionError(wrong);
        }
    }

    private static float[] tensorflow(Path model, String input, Tensor value, String output) {
        try (SavedModelBundle bundle = SavedModelBundle.load(model.toString(), "serve");
                Result result = bundle.function("serving_default").call(Map.of(input, value))) {
            Tensor tensor = result.get(output).orElseThrow();
            float[] values = new float[(int) tensor.shape().size()];
            tensor.asRawTensor().data().asFloats().read(values);
            return values;
        }
    }

    /** Rows of ids from 1 to 4095, filled up with zeros. */
    private static int[] ids(int rows) {
        SplittableRandom random = new SplittableRandom(11);
        int[] values = new int[rows * 32];
        for (int row = 0; row < rows; row++) {
            int words = 4 + random.nextInt(28);
            for (int i = 0; i < words; i++) {
                values[row * 32 + i] = 1 + random.nextInt(4095);
            }
        }
        return values;
    }

    private static double distance(float[] a, float[] b) {
        assertThat(a).hasSameSizeAs(b);
        double difference = 0;
        double size = 0;
        for (int i = 0; i < a.length; i++) {
            difference += (a[i] - b[i]) * (double) (a[i] - b[i]);
            size += b[i] * (double) b[i];
        }
        return Math.sqrt(difference / size);
    }
}
