package dev.lancet.dsl.recipe;

/** How the answer of a model is found. */
public enum TaskScoring {
    /** The label whose words the model finds most likely after the prompt. */
    LIKELIHOOD,
    /** What the model writes after the prompt, with the likeliest token at each position. */
    GENERATE,
    /** Both, one after the other. */
    BOTH
}
