package dev.lancet.tests.savedmodel;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.SessionFunction;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** What TensorFlow makes of a model. */
final class Served {

    static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    static final Path MLP = FIXTURES.resolve("dense-mlp-savedmodel/saved_model");
    static final Path KERAS = FIXTURES.resolve("keras-transformer-classifier/saved_model");
    static final Path FROZEN = FIXTURES.resolve("keras-transformer-classifier-frozen/frozen.pb");
    static final Path RETSIM = FIXTURES.resolve("retsim/original/v1");

    private Served() {}

    /** The floats of one output of a signature. */
    static float[] run(Path folder, String signature, String input, Tensor value, String output) {
        return run(folder, signature, input, List.of(value), output).get(0);
    }

    /** The same for several inputs, one after another; loading takes far longer than running. */
    static List<float[]> run(Path folder, String signature, String input, List<Tensor> values, String output) {
        try (SavedModelBundle model = SavedModelBundle.load(folder.toString(), "serve")) {
            SessionFunction function = model.function(signature);
            List<float[]> outputs = new ArrayList<>();
            for (Tensor value : values) {
                try (Result result = function.call(Map.of(input, value))) {
                    outputs.add(floats(result.get(output).orElseThrow()));
                }
            }
            return outputs;
        }
    }

    /** The floats of one output of a graph without variables. */
    static float[] run(GraphDef definition, String input, Tensor value, String output) {
        return run(definition, input, List.of(value), output).get(0);
    }

    /** The same for several inputs. */
    static List<float[]> run(GraphDef definition, String input, List<Tensor> values, String output) {
        try (Graph graph = new Graph()) {
            graph.importGraphDef(definition);
            try (Session session = new Session(graph)) {
                List<float[]> outputs = new ArrayList<>();
                for (Tensor value : values) {
                    try (Result result =
                            session.runner().feed(input, value).fetch(output).run()) {
                        outputs.add(floats(result.get(0)));
                    }
                }
                return outputs;
            }
        }
    }

    static float[] floats(Tensor tensor) {
        float[] values = new float[(int) tensor.shape().size()];
        tensor.asRawTensor().data().asFloats().read(values);
        return values;
    }

    /** Inputs of the dense network. */
    static TFloat32 features(int rows) {
        SplittableRandom random = new SplittableRandom(7);
        float[] values = new float[rows * 96];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (4 * random.nextDouble() - 2);
        }
        return TFloat32.tensorOf(Shape.of(rows, 96), DataBuffers.of(values));
    }

    /** Ids as the classifier takes them, padded with zeros at the end. */
    static TInt32 ids(int rows) {
        SplittableRandom random = new SplittableRandom(11);
        int[] values = new int[rows * 32];
        for (int row = 0; row < rows; row++) {
            int words = 4 + random.nextInt(28);
            for (int i = 0; i < words; i++) {
                values[row * 32 + i] = 1 + random.nextInt(4095);
            }
        }
        return TInt32.tensorOf(Shape.of(rows, 32), DataBuffers.of(values));
    }

    /** The formula input of RETSim's golden output, {@code [2, 512, 24]}, with another number in the place of one. */
    static TFloat32 characters(float one) {
        float[] values = new float[2 * 512 * 24];
        for (int b = 0; b < 2; b++) {
            for (int i = 0; i < 40; i++) {
                for (int j = 0; j < 24; j++) {
                    values[(b * 512 + i) * 24 + j] = (7 * i + 3 * j + b) % 5 == 0 ? one : 0;
                }
            }
        }
        return TFloat32.tensorOf(Shape.of(2, 512, 24), DataBuffers.of(values));
    }
}
