package dev.lancet.runtime.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Groups arrays into batches of a few megabytes, each moved in one run. For every new set of feeds and fetches TensorFlow
 * copies the whole graph, which takes longer than moving a small array. Moving all arrays in one run would hold them in
 * memory twice.
 */
final class TransferBatches {

    private static final long MOST = 8 << 20;

    private TransferBatches() {}

    /** The arrays in order, each batch of at most 8 MB or a single array. */
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
