package dev.lancet.runtime.generate;

import java.util.List;

/**
 * A text that a model continued.
 *
 * @param prompt how it began
 * @param text what the model added
 * @param ids the added tokens
 * @param tokensPerSecond added tokens per second, the reading of the prompt counted in
 */
public record Generation(String prompt, String text, List<Integer> ids, double tokensPerSecond) {

    public Generation {
        ids = List.copyOf(ids);
    }
}
