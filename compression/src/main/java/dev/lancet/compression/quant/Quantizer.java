package dev.lancet.compression.quant;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import java.util.List;

/**
 * Turns a float matrix into what is stored of it and back, laid out as {@link StoredMatrix} says: codes rounded to the nearest,
 * symmetric around 0, with a float scale per output channel or per group of its inputs. A channel or group of nothing but
 * zeros has the scale 0. Floats of 16 bits are rounded to the nearest, ties to even, and have no scale.
 */
public final class Quantizer {

    private Quantizer() {}

    /**
     * The arrays that hold a matrix as a piece, in the order of {@link StoredMatrix#arrays()}.
     *
     * @throws LancetException if it holds NaN or infinity where fewer bits than 32 are wanted, or a number beyond the
     *     largest bfloat16 where that is wanted
     */
    public static List<HostTensor> pack(StoredMatrix piece, Matrix matrix) {
        checkShape(piece, matrix);
        List<ArraySpec> stored = piece.arrays();
        return switch (piece.precision().format()) {
            case FLOAT32 -> List.of(HostTensor.of(stored.get(0), matrix.values()));
            case BFLOAT16 -> List.of(Bfloat16Rounding.pack(piece, stored.get(0), matrix.values()));
            case INT8, INT4, NF4 -> Codec.of(piece.precision()).pack(piece, stored, matrix.values());
        };
    }

    /** The matrix that a piece stands for, read from weights that hold its arrays. */
    public static Matrix unpack(StoredMatrix matrix, Weights weights) {
        HostTensor array = weights.read(matrix.name());
        float[] values =
                switch (matrix.precision().format()) {
                    case FLOAT32 -> array.floats();
                    case BFLOAT16 -> Bfloat16Rounding.unpack(array);
                    case INT8, INT4, NF4 -> {
                        float[] scales =
                                weights.read(Weight.scale(matrix.name())).floats();
                        yield Codec.of(matrix.precision()).unpack(matrix, array.toArray(), scales);
                    }
                };
        return Matrix.of(matrix.rows(), matrix.columns(), values);
    }

    /** The matrix that a piece stands for. */
    public static Matrix unpack(StoredMatrix matrix, List<HostTensor> arrays) {
        return unpack(matrix, Weights.of(arrays));
    }

    private static void checkShape(StoredMatrix piece, Matrix matrix) {
        if (matrix.rows() != piece.rows() || matrix.columns() != piece.columns()) {
            throw new IllegalArgumentException("packing: " + matrix + " for " + piece.name() + " of shape ["
                    + piece.rows() + ", " + piece.columns() + "]");
        }
    }
}
