package dev.lancet.runtime.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Arrays in portions of a few megabytes, to be moved in one run each. For every new set of feeds and fetches TensorFlow copies the
 * whole graph, which takes longer than moving a small array; all arrays in one run would be held twice.
 */
final class TransferBatches {

    private static final long MOST = 8 << 20;

    private TransferBatches() {}

    /** All in their order, each portion of 8 MB at most or one array. */
    static <T> List<List<T>> of(Collection<T> all, ToLongFunction<T> bytes) {
        List<List<T>> portions = new ArrayList<>();
        List<T> portion = new ArrayList<>();
        long held = 0;
        for (T one : all) {
            held += bytes.applyAsLong(one);
            if (held > MOST && !portion.isEmpty()) {
                portions.add(portion);
                portion = new ArrayList<>();
                held = bytes.applyAsLong(one);
            }
            portion.add(one);
        }
        if (!portion.isEmpty()) {
            portions.add(portion);
        }
        return portions;
    }
}
