package dev.lancet.runtime.algebra;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpotrf;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevd;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dtrtri;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_dsyrk;
import static org.bytedeco.openblas.global.openblas.cblas_ssyrk;

import dev.lancet.compression.algebra.EigenDecomposition;
import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.dsl.LancetException;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * {@link Float64Algebra} by OpenBLAS, with LAPACK's blocked algorithms on all cores. LAPACK counts in columns, so what is a
 * lower triangle here is an upper triangle there; a symmetric matrix is the same in both.
 */
public final class OpenBlas implements Float64Algebra {

    private static final byte LOWER_OF_ROWS = 'U';

    /** Up to this width the products of a Gram matrix are computed in 64 bits too. */
    private static final int FLOAT64_WIDTH = 1024;

    /** How many rows of a wider layer are summed in 32 bits, before the sum is added in 64 bits. It takes a third of the time. */
    private static final int FLOAT32_ROWS = 1024;

    /** What LAPACK's Cholesky answers if its fourth argument, the matrix, contains NaN. */
    private static final int NOT_A_NUMBER = -4;

    /** Uses the native library, which is loaded at the first call. */
    public OpenBlas() {}

    @Override
    public double[] product(double[] left, boolean transposeLeft, double[] right, boolean transposeRight, Shape shape) {
        int m = shape.m();
        int k = shape.k();
        int n = shape.n();
        double[] result = new double[Math.multiplyExact(m, n)];
        cblas_dgemm(
                CblasRowMajor,
                transposeLeft ? CblasTrans : CblasNoTrans,
                transposeRight ? CblasTrans : CblasNoTrans,
                m,
                n,
                k,
                1,
                left,
                transposeLeft ? m : k,
                right,
                transposeRight ? k : n,
                0,
                result,
                n);
        return result;
    }

    @Override
    public void addGram(double[] sums, float[] rows, int count, int width) {
        if (width > FLOAT64_WIDTH) {
            addWideGram(sums, rows, count, width);
            return;
        }
        double[] wide = new double[count * width];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = rows[i];
        }
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, width, count, 1, wide, width, 1, sums, width);
    }

    @SuppressWarnings("try") // a PointerScope frees what is allocated while it is open
    private static void addWideGram(double[] sums, float[] rows, int count, int width) {
        try (PointerScope scope = new PointerScope()) {
            int most = Math.min(count, FLOAT32_ROWS);
            FloatPointer some = new FloatPointer((long) most * width);
            FloatPointer product = new FloatPointer((long) width * width);
            for (int first = 0; first < count; first += FLOAT32_ROWS) {
                int taken = Math.min(most, count - first);
                some.put(rows, first * width, taken * width);
                cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, width, taken, 1, some, width, 0, product, width);
                addUpper(sums, product.asBuffer(), width);
            }
        }
    }

    private static void addUpper(double[] sums, FloatBuffer product, int width) {
        IntStream.range(0, width).parallel().forEach(i -> {
            float[] line = new float[width - i];
            int diagonal = i * width + i;
            product.get(diagonal, line);
            for (int j = 0; j < line.length; j++) {
                sums[diagonal + j] += line[j];
            }
        });
    }

    @Override
    public Optional<double[]> cholesky(double[] symmetric, int width) {
        double[] factor = symmetric.clone();
        int info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, LOWER_OF_ROWS, width, factor, width);
        if (info > 0 || info == NOT_A_NUMBER) {
            return Optional.empty();
        }
        check("Cholesky", info);
        for (int i = 0; i < width; i++) {
            for (int j = i + 1; j < width; j++) {
                factor[i * width + j] = 0;
            }
        }
        return Optional.of(factor);
    }

    @Override
    public double[] inverseOfLower(double[] lower, int width) {
        double[] inverse = lower.clone();
        check("triangular inverse", LAPACKE_dtrtri(LAPACK_COL_MAJOR, LOWER_OF_ROWS, (byte) 'N', width, inverse, width));
        return inverse;
    }

    @Override
    public EigenDecomposition eigen(double[] symmetric, int width) {
        double[] vectors = symmetric.clone();
        double[] values = new double[width];
        check(
                "eigenvalues",
                LAPACKE_dsyevd(LAPACK_COL_MAJOR, (byte) 'V', LOWER_OF_ROWS, width, vectors, width, values));
        return new EigenDecomposition(values, vectors);
    }

    private static void check(String what, int info) {
        if (info != 0) {
            throw new LancetException("algebra: the " + what + " failed with LAPACK's code " + info
                    + "; check that the calibration data are finite and not all 0");
        }
    }
}
