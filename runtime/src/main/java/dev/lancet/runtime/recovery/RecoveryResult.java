package dev.lancet.runtime.recovery;

import dev.lancet.runtime.calibration.Quality;

/**
 * What a recovery won back.
 *
 * @param before the quality before the training
 * @param after the quality of the better arrays; the same as before if the training did not help
 * @param steps how many steps were trained
 */
public record RecoveryResult(Quality before, Quality after, int steps) {

    /** The share of the lost quality that was won back: 1 for all, 0 for nothing. */
    public double ratio() {
        double lost = loss(before);
        return lost <= 0 ? 0 : (lost - loss(after)) / lost;
    }

    /** For a language model the increase of the log-perplexity, for a graph the distance. */
    private static double loss(Quality quality) {
        return quality.language()
                .map(language -> Math.log(language.perplexity()) - Math.log(language.perplexityBefore()))
                .orElseGet(quality::distance);
    }
}
