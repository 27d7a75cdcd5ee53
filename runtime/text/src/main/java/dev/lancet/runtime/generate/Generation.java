package dev.lancet.runtime.generate;

import java.util.List;
import java.util.Optional;

/**
 * A text that a model generated.
 *
 * @param prompt the start of the text
 * @param promptTokens the number of tokens of the prompt
 * @param text what the model added, up to a stop string if there was one
 * @param ids the added tokens, with those of a stop string
 * @param end why the text ends there
 * @param tokensPerSecond added tokens per second, including the time to read the prompt
 * @param draft what became of the proposals of a draft, if there was one
 */
public record Generation(
        String prompt,
        int promptTokens,
        String text,
        List<Integer> ids,
        FinishReason end,
        double tokensPerSecond,
        Optional<DraftStatistics> draft) {

    public Generation {
        ids = List.copyOf(ids);
    }
}
