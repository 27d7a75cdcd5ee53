package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.AdapterOption;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.cli.option.EngineOption;
import dev.lancet.cli.option.LanguageModelArgument;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.language.TextModel;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Measures the perplexity of models over the same text.
 *
 * @param command the command
 * @param engine what runs a model
 * @param where the device
 * @param limit how many tokens of the text to read at most, or empty for all
 */
record TextPerplexity(LancetCommand command, EngineOption engine, DeviceOptions where, Optional<Integer> limit) {

    /** The way of measuring a text, which each model's own tokenizer reads. */
    BiFunction<String, AdapterOption, Perplexity> of(Corpus.Part text) {
        return (named, beside) -> argument(named, beside)
                .withTokenizer(", or give token ids with --ids")
                .run(model -> {
                    int[] ids = shortened(model.tokens(text));
                    return model.evaluate(ids, Math.min(context(model), Math.max(2, ids.length)));
                });
    }

    /** The way of measuring token ids in windows of a length, or of the model's context. */
    BiFunction<String, AdapterOption, Perplexity> of(int[] ids, Optional<Integer> window) {
        int[] some = shortened(ids);
        return (named, beside) -> argument(named, beside)
                .run(model -> model.evaluate(
                        some,
                        window.orElseGet(
                                () -> limit.isEmpty() ? context(model) : Math.min(context(model), some.length))));
    }

    private LanguageModelArgument argument(String named, AdapterOption beside) {
        return new LanguageModelArgument(command, named, engine, beside, where);
    }

    private static int context(TextModel model) {
        return model.engine().limits().context();
    }

    private int[] shortened(int[] ids) {
        return limit.filter(most -> most < ids.length)
                .map(most -> Arrays.copyOf(ids, most))
                .orElse(ids);
    }
}
