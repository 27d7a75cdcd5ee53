package dev.lancet.compression;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.Method;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The error of a converted matrix: the matrix that was read, compared with the matrix that its new storage stands for.
 * Factors with a nonlinearity between them stand for no matrix; their values are compared instead.
 *
 * @param weight its name
 * @param relativeFrobenius {@code ‖W − Ŵ‖ / ‖W‖} in the Frobenius norm, accumulated in 64 bits; 0 if nothing was lost
 * @param outputError {@code ‖X·W − X·Ŵ‖ / ‖X·W‖} over the calibration inputs X; empty without calibration
 * @param methods how factors and codes were computed
 * @param seconds the time for the conversion and the measurement
 */
public record Fidelity(
        String weight, double relativeFrobenius, OptionalDouble outputError, List<Method> methods, double seconds) {

    public Fidelity {
        methods = List.copyOf(methods);
    }

    /** The error of a conversion without calibration. */
    public Fidelity(String weight, double relativeFrobenius, double seconds) {
        this(weight, relativeFrobenius, OptionalDouble.empty(), List.of(), seconds);
    }

    Fidelity by(List<Method> used) {
        return new Fidelity(weight, relativeFrobenius, outputError, used, seconds);
    }

    Fidelity withOutputError(OptionalDouble measured) {
        return new Fidelity(weight, relativeFrobenius, measured, methods, seconds);
    }

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
