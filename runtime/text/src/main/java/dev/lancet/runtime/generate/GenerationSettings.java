package dev.lancet.runtime.generate;

import dev.lancet.dsl.recipe.Sample;
import java.util.List;

/**
 * How to continue a text.
 *
 * <pre>{@code
 * GenerationSettings.of(200).with(Sampler.at(0.8).topK(40).minP(0.05).seed(7)).stopAt("\n\n")
 * }</pre>
 *
 * @param tokens the most tokens to generate
 * @param sampler how to choose each token
 * @param stops strings that end the text; they are not part of it
 */
public record GenerationSettings(int tokens, Sampler sampler, List<String> stops) {

    /** The most stop strings. */
    public static final int MOST_STOPS = 16;

    private static final int LONGEST_STOP = 1024;

    public GenerationSettings {
        stops = List.copyOf(stops);
        if (tokens < 1) {
            throw new IllegalArgumentException("tokens: " + tokens + "; generate at least 1");
        }
        if (stops.size() > MOST_STOPS) {
            throw new IllegalArgumentException("stop: " + stops.size() + " strings; give at most " + MOST_STOPS);
        }
        for (String stop : stops) {
            if (stop.isEmpty() || stop.length() > LONGEST_STOP) {
                throw new IllegalArgumentException(
                        "stop: a string of " + stop.length() + " characters; a stop string has 1 to " + LONGEST_STOP);
            }
        }
    }

    /** The most likely tokens, at most so many. */
    public static GenerationSettings of(int tokens) {
        return new GenerationSettings(tokens, Sampler.greedy(), List.of());
    }

    /** What the sample of a recipe asks for. */
    public static GenerationSettings of(Sample sample) {
        return of(sample.tokens()).with(Sampler.of(sample));
    }

    /** The same with another sampler. */
    public GenerationSettings with(Sampler other) {
        return new GenerationSettings(tokens, other, stops);
    }

    /** The same with these stop strings in place of those before. */
    public GenerationSettings stopAt(String... strings) {
        return new GenerationSettings(tokens, sampler, List.of(strings));
    }
}
