package dev.lancet.compression.quant;

import dev.lancet.compression.weights.HostTensor;
import dev.lancet.compression.weights.Matrix;
import dev.lancet.compression.weights.Weights;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Piece;
import dev.lancet.dsl.plan.Stored;
import java.util.List;

/**
 * Turns a float matrix into what is stored of it and back, laid out as {@link Piece} says: codes rounded to the nearest,
 * symmetric around 0, with a float scale per output channel or per group of its inputs. A channel or group of nothing but
 * zeros has the scale 0. Floats of 16 bits are rounded to the nearest, ties to even, and have no scale.
 */
public final class Quantizer {

    private Quantizer() {}

    /**
     * The arrays that hold a matrix as a piece, in the order of {@link Piece#stored()}.
     *
     * @throws LancetException if it holds NaN or infinity where fewer bits than 32 are wanted, or a number beyond the
     *     largest bfloat16 where that is wanted
     */
    public static List<HostTensor> pack(Piece piece, Matrix matrix) {
        checkShape(piece, matrix);
        List<Stored> stored = piece.stored();
        return switch (piece.precision().format()) {
            case FLOAT32 -> List.of(HostTensor.of(stored.get(0), matrix.values()));
            case BFLOAT16 -> List.of(Bfloat16Rounding.pack(piece, stored.get(0), matrix.values()));
            case INT8, INT4, NF4 -> Codec.of(piece.precision()).pack(piece, stored, matrix.values());
        };
    }

    /** The matrix that a piece stands for, read from weights that hold its arrays. */
    public static Matrix unpack(Piece piece, Weights weights) {
        HostTensor array = weights.read(piece.name());
        float[] values =
                switch (piece.precision().format()) {
                    case FLOAT32 -> array.floats();
                    case BFLOAT16 -> Bfloat16Rounding.unpack(array);
                    case INT8, INT4, NF4 -> {
                        float[] scales =
                                weights.read(Weight.scale(piece.name())).floats();
                        yield Codec.of(piece.precision()).unpack(piece, array.toArray(), scales);
                    }
                };
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
