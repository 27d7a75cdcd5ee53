package dev.lancet.runtime.calibration;

import java.util.Locale;

/** The measured quality of a smaller model, in lines for a person. */
public final class QualityText {

    private QualityText() {}

    /** One line for the predictions, or one for each output. */
    public static String of(Quality quality) {
        StringBuilder text = new StringBuilder();
        quality.language()
                .ifPresent(language -> text.append(String.format(
                        Locale.ROOT,
                        "perplexity %.4f -> %.4f (%+.2f %%), KL %.2g nats, same next token %.1f %%, on %d held-out rows%n",
                        language.perplexityBefore(),
                        language.perplexity(),
                        100 * language.loss(),
                        language.kl(),
                        100 * language.agreement(),
                        quality.rows())));
        quality.outputs()
                .forEach((name, output) -> text.append(String.format(
                        Locale.ROOT,
                        "%s: cosine %.5f (least %.5f), relative error %.3g, on %d rows%n",
                        name,
                        output.cosineMean(),
                        output.cosineLeast(),
                        output.relativeError(),
                        quality.rows())));
        return text.toString();
    }
}
