package dev.lancet.tests.compression;

import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A layer of {@code calibration-reference}: its inputs, its matrix, and what NumPy makes of them. */
record CalibratedCase(JsonNode json) {

    private static final Path FILE = Path.of("src/test/resources/fixtures/calibration-reference/expected.json");

    static List<CalibratedCase> all() {
        return JsonMapper.shared()
                .readTree(FILE.toFile())
                .path("cases")
                .valueStream()
                .map(CalibratedCase::new)
                .toList();
    }

    static Stream<CalibratedCase> linear() {
        return all().stream().filter(some -> !some.weight().role().table());
    }

    static Precision precision(JsonNode row) {
        String format = row.path("format").stringValue();
        return switch (format) {
            case "int8" -> Precision.int8();
            case "int4" -> Precision.int4(8);
            case "int4.asymmetric" -> Precision.int4(8).asymmetric();
            case "nf4.doubleQuantized" -> Precision.nf4(8).doubleQuantized();
            default -> throw new AssertionError("the reference has the format " + format);
        };
    }

    Weight weight() {
        Role role = json.path("role").stringValue().equals("embedding") ? Role.EMBEDDING : Role.LINEAR;
        return new Weight(
                "w", role, -1, json.path("rows").asInt(), json.path("columns").asInt());
    }

    boolean transposed() {
        return json.path("transposed").asBoolean();
    }

    Matrix matrix() {
        return Matrix.of(weight().rows(), weight().columns(), floats("w"));
    }

    /** The factors as they are stored, the left one first. */
    List<Matrix> factors() {
        int rank = json.path("first").size() / width();
        Matrix first = matrix("first", transposed() ? rank : width());
        Matrix second = matrix("second", transposed() ? weight().rows() : rank);
        return transposed() ? List.of(second, first) : List.of(first, second);
    }

    private Matrix matrix(String name, int rows) {
        return Matrix.of(rows, json.path(name).size() / rows, floats(name));
    }

    private int width() {
        return transposed() ? weight().columns() : weight().rows();
    }

    GramMatrix gram(Float64Algebra algebra) {
        int width = width();
        float[] rows = floats("x");
        double[] sums = new double[width * width];
        int half = rows.length / width / 2;
        float[] begin = Arrays.copyOf(rows, half * width);
        float[] rest = Arrays.copyOfRange(rows, half * width, rows.length);
        algebra.addGram(sums, begin, half, width);
        algebra.addGram(sums, rest, rest.length / width, width);
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < i; j++) {
                sums[i * width + j] = sums[j * width + i];
            }
        }
        return GramMatrix.of(width, rows.length / width, sums, transposed());
    }

    private float[] floats(String name) {
        float[] values = new float[json.path(name).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = json.path(name).path(i).floatValue();
        }
        return values;
    }

    static double[] doubles(JsonNode list) {
        return list.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }

    @Override
    public String toString() {
        return json.path("name").stringValue();
    }
}
