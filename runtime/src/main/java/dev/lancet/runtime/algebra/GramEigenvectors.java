package dev.lancet.runtime.algebra;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevd_2stage;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevr;
import static org.bytedeco.openblas.global.openblas.LAPACKE_ssyevr;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dsyrk;
import static org.bytedeco.openblas.global.openblas.cblas_ssyrk;

import dev.lancet.dsl.LancetException;
import java.util.Optional;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * The eigenvalues and eigenvectors of the smaller Gram matrix of a matrix, {@code WᵀW} or {@code WWᵀ}, {@code [side,
 * side]}. Eigenvectors of a large one are computed in float32 if all wanted eigenvalues lie well above its rounding errors, otherwise in
 * float64, which takes almost twice the time.
 */
@SuppressWarnings("try") // a PointerScope frees what is allocated while it is open
final class GramEigenvectors {

    /** The upper triangle in rows is the lower triangle in columns, as LAPACK counts. */
    private static final byte LOWER = 'L';

    private static final byte VALUES = 'N';
    private static final byte VECTORS = 'V';
    private static final byte BY_INDEX = 'I';

    /** Up to this side, float64 takes too little time to be worth the rounding errors of float32. */
    private static final int CHEAP_SIDE = 512;

    /** Eigenvalues below this share of the largest are too close to the rounding errors of float32. */
    private static final float LEAST_SHARE = 1e-4f;

    /** Beyond these largest eigenvalues, squares may leave the range of float32. */
    private static final float LEAST = 1e-20f;

    private static final float MOST = 1e30f;

    private final NativeBlocks matrix;
    private final int side;

    GramEigenvectors(NativeBlocks matrix) {
        this.matrix = matrix;
        side = matrix.side();
    }

    /** The eigenvectors of the largest eigenvalues, largest first, {@code [count, side]}. */
    float[] leadingVectors(int count) {
        // All of them together give the matrix back, which shows the rounding errors of float32.
        boolean exact = side <= CHEAP_SIDE || count == side;
        return exact ? wide(count) : narrow(count).orElseGet(() -> wide(count));
    }

    private Optional<float[]> narrow(int count) {
        try (PointerScope scope = new PointerScope()) {
            FloatPointer gram = new FloatPointer((long) side * side);
            matrix.floats((block, first, length) -> cblas_ssyrk(
                    CblasRowMajor,
                    CblasUpper,
                    turn(),
                    side,
                    length,
                    1,
                    block,
                    width(length),
                    first == 0 ? 0 : 1,
                    gram,
                    side));
            FloatPointer values = new FloatPointer((long) side);
            FloatPointer vectors = new FloatPointer((long) count * side);
            int info = LAPACKE_ssyevr(
                    LAPACK_COL_MAJOR,
                    VECTORS,
                    BY_INDEX,
                    LOWER,
                    side,
                    gram,
                    side,
                    0,
                    0,
                    side - count + 1,
                    side,
                    0,
                    new IntPointer(1),
                    values,
                    vectors,
                    side,
                    new IntPointer(2L * side));
            float most = values.get(count - 1L);
            boolean accurate = info == 0 && most > LEAST && most < MOST && values.get(0) > LEAST_SHARE * most;
            if (!accurate) {
                return Optional.empty();
            }
            float[] leading = new float[Math.multiplyExact(count, side)];
            for (int i = 0; i < count; i++) {
                vectors.position((long) (count - 1 - i) * side).get(leading, i * side, side);
            }
            return Optional.of(leading);
        }
    }

    private float[] wide(int count) {
        try (PointerScope scope = new PointerScope()) {
            DoublePointer gram = wideGram();
            DoublePointer values = new DoublePointer((long) side);
            DoublePointer vectors = new DoublePointer((long) count * side);
            check(LAPACKE_dsyevr(
                    LAPACK_COL_MAJOR,
                    VECTORS,
                    BY_INDEX,
                    LOWER,
                    side,
                    gram,
                    side,
                    0,
                    0,
                    side - count + 1,
                    side,
                    0,
                    new IntPointer(1),
                    values,
                    vectors,
                    side,
                    new IntPointer(2L * side)));
            float[] leading = new float[Math.multiplyExact(count, side)];
            double[] vector = new double[side];
            for (int i = 0; i < count; i++) {
                vectors.position((long) (count - 1 - i) * side).get(vector);
                for (int j = 0; j < side; j++) {
                    leading[i * side + j] = (float) vector[j];
                }
            }
            return leading;
        }
    }

    /** All eigenvalues in ascending order, in float64. */
    double[] allValues() {
        try (PointerScope scope = new PointerScope()) {
            DoublePointer gram = wideGram();
            DoublePointer values = new DoublePointer((long) side);
            check(LAPACKE_dsyevd_2stage(LAPACK_COL_MAJOR, VALUES, LOWER, side, gram, side, values));
            double[] all = new double[side];
            values.get(all);
            return all;
        }
    }

    private DoublePointer wideGram() {
        DoublePointer gram = new DoublePointer((long) side * side);
        matrix.doubles((block, first, length) -> cblas_dsyrk(
                CblasRowMajor,
                CblasUpper,
                turn(),
                side,
                length,
                1,
                block,
                width(length),
                first == 0 ? 0 : 1,
                gram,
                side));
        return gram;
    }

    private int turn() {
        return matrix.tall() ? CblasTrans : CblasNoTrans;
    }

    private int width(int length) {
        return matrix.tall() ? side : length;
    }

    private static void check(int info) {
        if (info != 0) {
            throw new LancetException("algebra: the eigenvalues of a Gram matrix failed with LAPACK's code " + info
                    + "; check that the weights are finite");
        }
    }
}
