package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.console.LancetCommand.Answer;
import dev.lancet.runtime.evaluate.Perplexity;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** A measured perplexity, beside that of a baseline, as text and as JSON. */
final class PerplexityDocument {

    private PerplexityDocument() {}

    /**
     * The answer of the command.
     *
     * @param complaint what is wrong with a recovery, or empty
     */
    static Answer answer(
            Perplexity measured, Optional<Perplexity> baseline, DoubleFunction<Optional<String>> complaint) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("perplexity", LancetCommand.finite(measured.value()));
        document.put("loss", LancetCommand.finite(measured.loss()));
        document.put("tokens", measured.tokens());
        document.put("tokens_per_second", LancetCommand.finite(measured.tokensPerSecond()));
        String text = String.format(
                Locale.ROOT,
                "perplexity %.4f over %,d tokens, %,.0f tokens/s%n",
                measured.value(),
                measured.tokens(),
                measured.tokensPerSecond());
        if (baseline.isEmpty()) {
            return new Answer(document, text);
        }
        double before = baseline.get().value();
        double recovery = before / measured.value();
        document.put("baseline_perplexity", LancetCommand.finite(before));
        document.put("recovery", LancetCommand.finite(recovery));
        text += String.format(Locale.ROOT, "baseline %.4f, recovery %.4f%n", before, recovery);
        return new Answer(document, text, complaint.apply(recovery));
    }
}
