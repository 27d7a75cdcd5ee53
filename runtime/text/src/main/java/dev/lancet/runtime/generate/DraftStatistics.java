package dev.lancet.runtime.generate;

/**
 * What became of the tokens that a draft proposed for a text.
 *
 * @param proposed how many there were
 * @param accepted how many of them the model took
 */
public record DraftStatistics(long proposed, long accepted) {

    /** The share of the proposals that the model took, from 0 to 1; NaN if there were none. */
    public double share() {
        return (double) accepted / proposed;
    }
}
