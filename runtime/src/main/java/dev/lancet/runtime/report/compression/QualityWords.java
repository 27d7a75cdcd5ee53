package dev.lancet.runtime.report.compression;

import dev.lancet.runtime.calibration.LanguageQuality;
import dev.lancet.runtime.calibration.OutputQuality;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.report.page.NumberFormats;
import java.util.Locale;

/** A measured quality in the words of a report. */
final class QualityWords {

    /** From this perplexity on, decimals say nothing. */
    private static final double LARGE = 1000;

    private QualityWords() {}

    /** What became of the quality: {@code perplexity 24.50 → 24.63 (+0.5 %)}, or the cosine of the outputs. */
    static String change(Quality quality) {
        return quality.language()
                .map(QualityWords::change)
                .orElseGet(() -> "cosine of the outputs " + cosine(quality.cosineMean()) + " on average, "
                        + cosine(quality.cosineLeast()) + " at least");
    }

    private static String change(LanguageQuality language) {
        return "perplexity " + perplexity(language.perplexityBefore()) + " → " + perplexity(language.perplexity())
                + " (" + signed(language.loss()) + ")";
    }

    /** A form or a setting in words: {@code nf4(64), double quantized}. */
    static String form(String code) {
        return code.replace(".asymmetric()", ", asymmetric").replace(".doubleQuantized()", ", double quantized");
    }

    static String perplexity(double value) {
        return Double.isFinite(value)
                ? String.format(Locale.ROOT, value < LARGE ? "%.2f" : "%,.0f", value)
                : "not a number";
    }

    static String cosine(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.5f", value) : "not a number";
    }

    /** A relative change with its sign. */
    static String signed(double share) {
        if (!Double.isFinite(share)) {
            return "not a number";
        }
        double percent = 100 * share;
        double size = Math.abs(percent);
        return String.format(Locale.ROOT, size < 0.095 ? "%+.2f %%" : size < 100 ? "%+.1f %%" : "%+,.0f %%", percent)
                .replace('-', '−');
    }

    /** A number of any size in three digits. */
    static String digits(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3g", value) : "not a number";
    }

    /** The relative error of the worst output. */
    static String relativeError(Quality quality) {
        return NumberFormats.percent(quality.outputs().values().stream()
                .mapToDouble(OutputQuality::relativeError)
                .max()
                .orElse(0));
    }
}
