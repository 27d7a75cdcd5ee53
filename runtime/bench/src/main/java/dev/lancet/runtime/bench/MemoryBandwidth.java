package dev.lancet.runtime.bench;

/** The bandwidth between a processor and its memory, measured by copies that no cache holds. */
final class MemoryBandwidth {

    private static final int LONGS = 8 << 20;
    private static final int ROUNDS = 8;

    private MemoryBandwidth() {}

    /** Bytes per second, read and written together; the best of some rounds with one thread. */
    static double measured() {
        long[] from = new long[LONGS];
        long[] to = new long[LONGS];
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            from[round] = round;
            long start = System.nanoTime();
            System.arraycopy(from, 0, to, 0, LONGS);
            double seconds = (System.nanoTime() - start) / 1e9;
            best = Math.max(best, 2.0 * Long.BYTES * LONGS / seconds);
        }
        return best;
    }
}
