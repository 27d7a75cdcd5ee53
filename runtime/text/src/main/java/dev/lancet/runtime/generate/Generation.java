package dev.lancet.runtime.generate;

import java.util.List;

/**
 * A text that a model generated.
 *
 * @param prompt the start of the text
 * @param text what the model added
 * @param ids the added tokens
 * @param tokensPerSecond added tokens per second, including the time to read the prompt
 */
public record Generation(String prompt, String text, List<Integer> ids, double tokensPerSecond) {

    public Generation {
        ids = List.copyOf(ids);
    }
}
