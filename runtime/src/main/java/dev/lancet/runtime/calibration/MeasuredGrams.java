package dev.lancet.runtime.calibration;

import dev.lancet.compression.calibration.GramMatrices;
import java.util.List;

/**
 * Gram matrices that are measured already.
 *
 * @param parts the names of the matrices of each part
 * @param grams of all parts
 */
record MeasuredGrams(List<List<String>> parts, GramMatrices grams) implements GramSource {

    MeasuredGrams {
        parts = List.copyOf(parts);
    }

    @Override
    public void read(Reader reader) {
        for (List<String> matrices : parts) {
            if (reader.needs(matrices)) {
                reader.accept(matrices, grams);
            }
        }
    }
}
