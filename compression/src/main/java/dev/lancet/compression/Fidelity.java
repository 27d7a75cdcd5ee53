package dev.lancet.compression;

import dev.lancet.compression.matrix.Matrix;

/**
 * How much of a matrix survived: the matrix as it was read against the matrix that the stored pieces stand for. Of factors
 * with a nonlinearity between them, which stand for none, all values against all values.
 *
 * @param weight its name
 * @param relativeFrobenius {@code ‖W − Ŵ‖ / ‖W‖} in the Frobenius norm, accumulated in 64 bits; 0 where nothing was lost
 * @param seconds what the work on it took, measuring included
 */
public record Fidelity(String weight, double relativeFrobenius, double seconds) {

    /** Signal to quantisation noise in decibels, {@code 10 · log₁₀(‖W‖² / ‖W − Ŵ‖²)}; infinite where nothing was lost. */
    public double sqnrDb() {
        return -20 * Math.log10(relativeFrobenius);
    }

    static Fidelity of(String weight, Matrix before, Matrix after, double seconds) {
        float[] exact = before.values();
        float[] kept = after.values();
        double signal = 0;
        double noise = 0;
        for (int i = 0; i < exact.length; i++) {
            double difference = (double) exact[i] - kept[i];
            signal += (double) exact[i] * exact[i];
            noise += difference * difference;
        }
        return new Fidelity(weight, noise == 0 ? 0 : Math.sqrt(noise / signal), seconds);
    }
}
