package dev.lancet.compression.quant;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import java.util.List;

/**
 * Converts a float matrix to its stored form and back, in the layout of {@link StoredMatrix}: codes rounded to nearest,
 * with a scale per output channel or per group of its inputs. A channel or group that contains only zeros stays zero. 16-bit floats are rounded to nearest, ties to even, and have no scale.
 */
public final class Quantizer {

    private Quantizer() {}

    /**
     * The arrays that store a matrix, in the order of {@link StoredMatrix#arrays()}.
     *
     * @throws LancetException if the matrix contains NaN or infinity and the precision is below 32 bits, or if it
     *     contains a value beyond the largest bfloat16 and the precision is bfloat16
     */
    public static List<HostTensor> pack(StoredMatrix piece, Matrix matrix) {
        checkShape(piece, matrix);
        List<ArraySpec> stored = piece.arrays();
        return switch (piece.precision().format()) {
            case FLOAT32 -> List.of(HostTensor.of(stored.get(0), matrix.values()));
            case BFLOAT16 -> List.of(Bfloat16Rounding.pack(piece, stored.get(0), matrix.values()));
            case INT8, INT4, NF4 -> new CodedMatrix(piece).pack(matrix.values());
        };
    }

    /**
     * The arrays that store a matrix, rounded so that the output of its layer changes least. Floats are rounded to nearest.
     *
     * @throws LancetException as {@link #pack(StoredMatrix, Matrix)}
     */
    public static List<HostTensor> pack(StoredMatrix piece, Matrix matrix, Gptq gptq) {
        checkShape(piece, matrix);
        return piece.precision().quantized() ? new CodedMatrix(piece).pack(matrix, gptq) : pack(piece, matrix);
    }

    /** The matrix that the stored arrays stand for, read from weights that contain them. */
    public static Matrix unpack(StoredMatrix matrix, Weights weights) {
        float[] values =
                switch (matrix.precision().format()) {
                    case FLOAT32 -> weights.readFloats(matrix.name());
                    case BFLOAT16 -> Bfloat16Rounding.unpack(weights.read(matrix.name()));
                    case INT8, INT4, NF4 -> new CodedMatrix(matrix).unpack(weights);
                };
        return Matrix.of(matrix.rows(), matrix.columns(), values);
    }

    /**
     * The scales of a quantized matrix in float32, also if they are stored as codes.
     *
     * @return {@code [groups, columns]} if the channels are columns, otherwise {@code [rows, groups]}
     */
    public static float[] scales(StoredMatrix matrix, Weights weights) {
        return new CodedMatrix(matrix).scales(weights);
    }

    /** The matrix that these stored arrays stand for. */
    public static Matrix unpack(StoredMatrix matrix, List<HostTensor> arrays) {
        return unpack(matrix, Weights.of(arrays));
    }

    private static void checkShape(StoredMatrix piece, Matrix matrix) {
        if (matrix.rows() != piece.rows() || matrix.columns() != piece.columns()) {
            throw new IllegalArgumentException("quantise: " + matrix + " does not fit " + piece.name() + " of shape ["
                    + piece.rows() + ", " + piece.columns() + "]");
        }
    }
}
