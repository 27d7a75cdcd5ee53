package dev.lancet.compression;

import dev.lancet.compression.matrix.Matrix;

/**
 * The error of a converted matrix: the matrix that was read, compared with the matrix that its new storage stands for.
 * Factors with a nonlinearity between them stand for no matrix; their values are compared instead.
 *
 * @param weight its name
 * @param relativeFrobenius {@code ‖W − Ŵ‖ / ‖W‖} in the Frobenius norm, accumulated in 64 bits; 0 if nothing was lost
 * @param seconds the time for the conversion and the measurement
 */
public record Fidelity(String weight, double relativeFrobenius, double seconds) {

    /**
     * The ratio of signal to quantisation noise in decibels, {@code 10 · log₁₀(‖W‖² / ‖W − Ŵ‖²)}; infinite if nothing was
     * lost.
     */
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
