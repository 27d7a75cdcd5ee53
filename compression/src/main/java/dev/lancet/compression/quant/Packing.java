package dev.lancet.compression.quant;

import dev.lancet.compression.weights.HostTensor;
import dev.lancet.compression.weights.Matrix;
import dev.lancet.compression.weights.Weights;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision.Format;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Piece;
import dev.lancet.dsl.plan.Stored;
import java.util.List;

/**
 * Turns a float matrix into what is stored of it and back, laid out as {@link Piece} says: codes rounded to the nearest,
 * symmetric around 0, with a float scale per output channel or per group of its inputs. A channel or group of nothing but
 * zeros has the scale 0.
 */
public final class Packing {

    private Packing() {}

    /**
     * The arrays that hold a matrix as a piece, in the order of {@link Piece#stored()}.
     *
     * @throws LancetException if it holds NaN or infinity where codes are wanted
     */
    public static List<HostTensor> pack(Piece piece, Matrix matrix) {
        checkShape(piece, matrix);
        List<Stored> stored = piece.stored();
        if (piece.precision().format() == Format.FLOAT32) {
            return List.of(HostTensor.of(stored.get(0), matrix.values()));
        }
        return Coding.of(piece.precision()).pack(piece, stored, matrix.values());
    }

    /** The matrix that a piece stands for, read from weights that hold its arrays. */
    public static Matrix unpack(Piece piece, Weights weights) {
        HostTensor codes = weights.read(piece.name());
        if (piece.precision().format() == Format.FLOAT32) {
            return Matrix.of(piece.rows(), piece.columns(), codes.floats());
        }
        float[] scales = weights.read(Weight.scale(piece.name())).floats();
        float[] values = Coding.of(piece.precision()).unpack(piece, codes.toArray(), scales);
        return Matrix.of(piece.rows(), piece.columns(), values);
    }

    /** The matrix that a piece stands for. */
    public static Matrix unpack(Piece piece, List<HostTensor> arrays) {
        return unpack(piece, Weights.of(arrays));
    }

    private static void checkShape(Piece piece, Matrix matrix) {
        if (matrix.rows() != piece.rows() || matrix.columns() != piece.columns()) {
            throw new IllegalArgumentException("packing: " + matrix + " for " + piece.name() + " of shape ["
                    + piece.rows() + ", " + piece.columns() + "]");
        }
    }
}
