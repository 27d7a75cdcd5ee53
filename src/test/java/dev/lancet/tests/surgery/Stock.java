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
    private final byte[] codes;
    private final float[] scales;

    private Stock(StoredMatrix matrix, byte[] codes, float[] scales) {
        this.piece = matrix;
        this.codes = codes;
        this.scales = scales;
    }

    static Stock random(StoredMatrix matrix, Random random) {
        byte[] codes = new byte[(int) matrix.arrays().get(0).elements()];
        random.nextBytes(codes);
        float[] scales = new float[(int) matrix.arrays().get(1).elements()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = 0.01f + random.nextFloat();
        }
        return new Stock(matrix, codes, scales);
    }

    StoredMatrix piece() {
        return piece;
    }

    /** Under the names of the variables. */
    Map<String, Object> variables() {
        Map<String, Object> variables = new HashMap<>();
        variables.put(piece.name(), codes);
        variables.put(Weight.scale(piece.name()), scales);
        return variables;
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
        ArraySpec array = piece.arrays().get(0);
        int width = array.shape().get(1);
        if (piece.precision().format() == Precision.Format.INT8) {
            return codes[i * width + j];
        }
        boolean byColumn = piece.channels() == StoredMatrix.Channels.COLUMNS;
        int along = byColumn ? i : j;
        byte pair = byColumn ? codes[i / 2 * width + j] : codes[i * width + j / 2];
        int half = along % 2 == 0 ? pair & 15 : pair >> 4 & 15;
        return piece.precision().format() == Precision.Format.INT4 ? half - 8 : Precision.Nf4.VALUES.get(half);
    }

    private float scale(int i, int j) {
        int width = piece.arrays().get(1).shape().get(1);
        int group = piece.precision().group();
        if (piece.channels() == StoredMatrix.Channels.COLUMNS) {
            return scales[(group == 0 ? 0 : i / group) * width + j];
        }
        return scales[i * width + (group == 0 ? 0 : j / group)];
    }
}
