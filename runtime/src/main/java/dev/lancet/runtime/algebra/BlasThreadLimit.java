package dev.lancet.runtime.algebra;

import static org.bytedeco.openblas.global.openblas_nolapack.blas_get_num_threads;
import static org.bytedeco.openblas.global.openblas_nolapack.blas_set_num_threads;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;

/**
 * Limits the threads of every call of OpenBLAS until it is closed. Several threads that each call it share the processor
 * then. OpenBLAS's own threads wait for each other in busy loops, so where other work runs beside them, one matrix on two
 * of them took up to ten times longer than on one.
 */
public final class BlasThreadLimit implements AutoCloseable {

    private final int before;

    /** Limits OpenBLAS to this many threads for a call. */
    public BlasThreadLimit(int threads) {
        Loader.load(openblas.class);
        before = blas_get_num_threads();
        blas_set_num_threads(threads);
    }

    @Override
    public void close() {
        if (before > 0) {
            blas_set_num_threads(before);
        }
    }
}
