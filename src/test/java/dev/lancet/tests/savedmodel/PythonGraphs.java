package dev.lancet.tests.savedmodel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The models that {@code make.py} beside them wrote with TensorFlow for Python, and what they answered there. */
final class PythonGraphs {

    private static final Path FOLDER = Served.FIXTURES.resolve("python-graphs");

    private PythonGraphs() {}

    static Path of(String name) {
        return FOLDER.resolve(name);
    }

    private static JsonNode expected(String name) {
        try {
            return JsonMapper.shared()
                    .readTree(Files.readString(FOLDER.resolve("expected.json")))
                    .path(name);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static double[] row(String name) {
        return doubles(expected(name));
    }

    static List<double[]> rows(String name) {
        List<double[]> rows = new ArrayList<>();
        expected(name).forEach(row -> rows.add(doubles(row)));
        return rows;
    }

    private static double[] doubles(JsonNode values) {
        double[] doubles = new double[values.size()];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = values.get(i).asDouble();
        }
        return doubles;
    }

    static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** All inputs of what takes x, in order; whoever asks closes them. */
    static List<Tensor> inputs() {
        return IntStream.range(0, 4).mapToObj(PythonGraphs::input).toList();
    }

    /** Input x: as it is, negative, its first row, its first two. */
    static Tensor input(int number) {
        double[] x = row("x");
        float[] values = new float[number == 2 ? 8 : number == 3 ? 16 : x.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (number == 1 ? -x[i] : x[i]);
        }
        return TFloat32.tensorOf(Shape.of(values.length / 8, 8), DataBuffers.of(values));
    }

    /** The input of the recurrent layers, {@code [2, 5, 8]}. */
    static Tensor sequence() {
        double[] s = row("s");
        float[] values = new float[s.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) s[i];
        }
        return TFloat32.tensorOf(Shape.of(2, 5, 8), DataBuffers.of(values));
    }
}
