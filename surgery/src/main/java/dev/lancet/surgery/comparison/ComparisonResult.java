package dev.lancet.surgery.comparison;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** How close a smaller model is to its original on some rows. */
public sealed interface ComparisonResult {

    /** How many rows were compared. */
    int rows();

    /**
     * Of two graphs.
     *
     * @param cosines by output, the mean over the rows of the cosine between both outputs
     */
    record Outputs(int rows, Map<String, Double> cosines) implements ComparisonResult {

        public Outputs {
            cosines = Collections.unmodifiableMap(new LinkedHashMap<>(cosines));
        }
    }

    /**
     * Of two language models.
     *
     * @param before the perplexity of the original
     * @param after the perplexity of the smaller model
     */
    record Predictions(int rows, double before, double after) implements ComparisonResult {

        /** The relative increase of the perplexity: 0.02 for 2 %. */
        public double loss() {
            return after / before - 1;
        }
    }
}
