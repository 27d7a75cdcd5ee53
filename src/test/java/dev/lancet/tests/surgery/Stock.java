package dev.lancet.tests.surgery;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.StoredMatrix;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** A quantised matrix of random codes and scales, and what it means: {@link StoredMatrix} read once more, element by element. */
final class Stock {

    private final StoredMatrix piece;
    private final Map<String, Object> arrays = new HashMap<>();

    private Stock(StoredMatrix matrix) {
        this.piece = matrix;
    }

    static Stock random(StoredMatrix matrix, Random random) {
        Stock stock = new Stock(matrix);
        matrix.arrays().forEach(array -> stock.arrays.put(array.name(), fill(array, random)));
        return stock;
    }

    private static Object fill(ArraySpec array, Random random) {
        int count = (int) array.elements();
        if (array.type() == ArraySpec.Type.FLOAT32) {
            float[] floats = new float[count];
            for (int i = 0; i < count; i++) {
                floats[i] = (0.01f + random.nextFloat()) / (array.name().endsWith(".step") ? 100 : 1);
            }
            return floats;
        }
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        for (int i = 0; i < count && array.name().endsWith(".zero"); i++) {
            bytes[i] &= 15;
        }
        return bytes;
    }

    StoredMatrix piece() {
        return piece;
    }

    /** Under the names of the variables. */
    Map<String, Object> variables() {
        return Map.copyOf(arrays);
    }

    /** The matrix [rows, columns] in row-major order. */
    float[] meaning() {
        float[] matrix = new float[piece.rows() * piece.columns()];
        for (int i = 0; i < piece.rows(); i++) {
            for (int j = 0; j < piece.columns(); j++) {
                matrix[i * piece.columns() + j] = level(i, j) * scale(i, j);
            }
        }
        return matrix;
    }

    private float level(int i, int j) {
        byte[] codes = (byte[]) arrays.get(piece.name());
        ArraySpec array = piece.arrays().get(0);
        int width = array.shape().get(1);
        if (piece.precision().format() == Precision.Format.INT8) {
            return codes[i * width + j];
        }
        boolean byColumn = piece.channels() == StoredMatrix.Channels.COLUMNS;
        int along = byColumn ? i : j;
        byte pair = byColumn ? codes[i / 2 * width + j] : codes[i * width + j / 2];
        int half = along % 2 == 0 ? pair & 15 : pair >> 4 & 15;
        if (piece.precision().format() == Precision.Format.NF4) {
            return Precision.Nf4.VALUES.get(half);
        }
        return half
                - (piece.precision().zeroPoints()
                        ? ((byte[]) arrays.get(Weight.zeroPoint(piece.name())))[group(i, j)]
                        : 8);
    }

    /** The place of the scale of an element. */
    private int group(int i, int j) {
        int width = piece.arrays().get(1).shape().get(1);
        int group = piece.precision().group();
        return piece.channels() == StoredMatrix.Channels.COLUMNS
                ? (group == 0 ? 0 : i / group) * width + j
                : i * width + (group == 0 ? 0 : j / group);
    }

    private float scale(int i, int j) {
        Object scales = arrays.get(Weight.scale(piece.name()));
        if (!piece.precision().compactScales()) {
            return ((float[]) scales)[group(i, j)];
        }
        int shared = (piece.channels() == StoredMatrix.Channels.COLUMNS ? i : j)
                / piece.precision().group();
        float step = ((float[]) arrays.get(Weight.scaleStep(piece.name())))[shared];
        float mean = ((float[]) arrays.get(Weight.scaleMean(piece.name())))[shared];
        return Math.max(0, mean + ((byte[]) scales)[group(i, j)] * step);
    }
}
