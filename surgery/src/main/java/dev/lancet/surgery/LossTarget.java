package dev.lancet.surgery;

/** What a training graph learns. */
enum LossTarget {
    /** Every next token. */
    TOKENS,
    /** The tokens of answers. */
    ANSWERS,
    /** The probabilities of another model. */
    PROBABILITIES
}
