package dev.lancet.compression.random;

import java.nio.charset.StandardCharsets;

/**
 * Normally distributed numbers that are the same on every machine and every JDK: SplitMix64 (Steele et al., 2014) and the
 * polar method (Marsaglia and Bray, 1964) over {@link StrictMath}.
 */
public final class Normals {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private long state;
    private double spare;
    private boolean hasSpare;

    /** The numbers for one name: another name gives other numbers under the same seed. */
    public Normals(long seed, String name) {
        state = mix(seed + GOLDEN) ^ hash(name);
    }

    /** The next number, mean 0, standard deviation 1. */
    public double next() {
        if (hasSpare) {
            hasSpare = false;
            return spare;
        }
        double x;
        double y;
        double square;
        do {
            x = uniform();
            y = uniform();
            square = x * x + y * y;
        } while (square >= 1 || square == 0);
        double scale = Math.sqrt(-2 * StrictMath.log(square) / square);
        spare = y * scale;
        hasSpare = true;
        return x * scale;
    }

    /** The next {@code count} numbers times a standard deviation. */
    public float[] floats(int count, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (deviation * next());
        }
        return values;
    }

    /** Between −1 and 1. */
    private double uniform() {
        state += GOLDEN;
        return (mix(state) >> 10) * 0x1p-53;
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }

    /** FNV-1a, 64 bits. */
    private static long hash(String name) {
        long hash = 0xCBF29CE484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
        }
        return hash;
    }
}
