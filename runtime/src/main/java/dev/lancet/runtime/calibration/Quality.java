package dev.lancet.runtime.calibration;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The measured quality of a smaller model against its original on the same rows.
 *
 * @param rows how many rows were compared
 * @param language the predictions, for a language model; otherwise empty
 * @param outputs every float output, for a graph; empty for a language model
 */
public record Quality(int rows, Optional<LanguageQuality> language, Map<String, OutputQuality> outputs) {

    public Quality {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }

    /**
     * How far the smaller model is from its original; 0 if nothing changed. For a language model the divergence of its
     * predictions in nats, for a graph the mean of {@code 1 − cosine} over its outputs.
     */
    public double distance() {
        return language.map(LanguageQuality::kl).orElseGet(() -> outputs.values().stream()
                .mapToDouble(output -> 1 - output.cosineMean())
                .average()
                .orElse(0));
    }

    /** The least over the outputs of their mean cosines; 1 for a language model, which has no cosines. */
    public double cosineMean() {
        return outputs.values().stream()
                .mapToDouble(OutputQuality::cosineMean)
                .min()
                .orElse(1);
    }

    /** The least cosine of any row of any output; 1 for a language model, which has no cosines. */
    public double cosineLeast() {
        return outputs.values().stream()
                .mapToDouble(OutputQuality::cosineLeast)
                .min()
                .orElse(1);
    }

    /**
     * How much of the original is left, 1 for all: for a language model the perplexity before divided by the perplexity
     * after, for a graph the {@link #cosineMean}.
     */
    public double recovery() {
        return language.map(measured -> measured.perplexityBefore() / measured.perplexity())
                .orElseGet(this::cosineMean);
    }
}
