package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;

/**
 * A piece of text to be continued by every candidate.
 *
 * @param prompt how it begins
 * @param tokens how many tokens are added
 * @param temperature 0 takes the likeliest token each time
 * @param topP share of probability from which tokens are drawn
 * @param seed of the drawing
 */
public record Sample(String prompt, int tokens, double temperature, double topP, long seed) {

    public Sample {
        Check.that(tokens > 0, "sample: %d tokens; at least 1 is needed", tokens);
        Check.that(temperature >= 0, "sample: temperature %s; it must not be negative", temperature);
        Check.that(topP > 0 && topP <= 1, "sample: top-p %s; it must be over 0 and at most 1", topP);
    }

    /** The likeliest continuation. */
    public static Sample greedy(String prompt, int tokens) {
        return new Sample(prompt, tokens, 0, 1, 42);
    }
}
