package dev.lancet.runtime.calibration;

/**
 * How close the predictions of a smaller language model are to those of its original.
 *
 * @param perplexityBefore of the original on the rows
 * @param perplexity of the smaller model on the same rows
 * @param kl the mean Kullback–Leibler divergence {@code KL(original ‖ smaller)} of the next token, in nats
 * @param agreement the share of positions where both find the same token most likely
 */
public record LanguageQuality(double perplexityBefore, double perplexity, double kl, double agreement) {

    /** The relative increase of the perplexity: 0.02 for 2 %. */
    public double loss() {
        return perplexity / perplexityBefore - 1;
    }
}
