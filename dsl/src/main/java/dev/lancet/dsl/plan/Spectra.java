package dev.lancet.dsl.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The singular values of some matrices.
 *
 * @param byName the singular values of each matrix in descending order, by weight name
 */
public record Spectra(Map<String, List<Double>> byName) {

    public Spectra {
        byName = Map.copyOf(byName);
    }

    /** No singular values, which suffices for fixed ranks and for ranks that follow from shapes. */
    public static Spectra none() {
        return new Spectra(Map.of());
    }

    /** The singular values of a matrix in descending order, or empty if they were not computed. */
    public Optional<List<Double>> of(String weight) {
        return Optional.ofNullable(byName.get(weight));
    }

    /** The smallest rank that keeps this share of the squared singular values. */
    static int rankKeeping(List<Double> values, double share) {
        double total = squares(values, 0);
        double kept = 0;
        for (int i = 0; i < values.size(); i++) {
            kept += values.get(i) * values.get(i);
            if (kept >= share * total) {
                return i + 1;
            }
        }
        return values.size();
    }

    /** {@code ‖W − W_r‖ / ‖W‖} in the Frobenius norm (Eckart and Young, 1936). */
    static double errorAt(List<Double> values, int rank) {
        double total = squares(values, 0);
        return total == 0 ? 0 : Math.sqrt(squares(values, rank) / total);
    }

    private static double squares(List<Double> values, int from) {
        double sum = 0;
        for (int i = from; i < values.size(); i++) {
            sum += values.get(i) * values.get(i);
        }
        return sum;
    }
}
