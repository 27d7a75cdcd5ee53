package dev.lancet.runtime.report.compression;

import dev.lancet.runtime.calibration.LanguageQuality;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.compress.CalibratedCompression.Outcome;
import dev.lancet.runtime.recovery.RecoveryResult;
import dev.lancet.runtime.report.page.Html;
import dev.lancet.runtime.report.page.NumberFormats;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One number of a report, in a box.
 *
 * @param name what it is
 * @param value the number
 * @param remark what it is compared with, or empty
 */
record SummaryCard(String name, String value, String remark) {

    /** The numbers of a compression as boxes side by side. */
    static String of(CompressionReport report) {
        StringBuilder html = new StringBuilder("<div class=\"cards\">\n");
        for (SummaryCard card : all(report)) {
            html.append("<div><span>" + Html.escape(card.name()) + "</span><b>" + Html.escape(card.value())
                    + "</b><small>" + Html.escape(card.remark()) + "</small></div>\n");
        }
        return html.append("</div>\n").toString();
    }

    /** The numbers of a compression. */
    static List<SummaryCard> all(CompressionReport report) {
        List<SummaryCard> cards = new ArrayList<>();
        cards.add(new SummaryCard(
                "Bytes",
                NumberFormats.bytes(report.plan().bytesAfter()),
                "before: " + NumberFormats.bytes(report.before().bytesAfter())));
        boolean narrow = report.before().bytesAfter() != report.before().bytesBefore();
        cards.add(new SummaryCard(
                "Smaller",
                NumberFormats.times(report.timesSmaller()),
                narrow
                        ? NumberFormats.times(report.plan().compression()) + " against float32"
                        : NumberFormats.count(report.plan().bytesAfter()) + " of "
                                + NumberFormats.count(report.before().bytesAfter())));
        report.quality().ifPresent(quality -> quality(cards, quality));
        if (report.quality().isEmpty()) {
            report.changed().stream()
                    .findFirst()
                    .ifPresent(worst -> cards.add(new SummaryCard(
                            "Largest error of a matrix", NumberFormats.percent(worst.error()), worst.name())));
        }
        report.outcome().flatMap(Outcome::recovered).ifPresent(recovered -> cards.add(recovery(recovered)));
        return List.copyOf(cards);
    }

    private static void quality(List<SummaryCard> cards, Quality quality) {
        if (quality.language().isPresent()) {
            LanguageQuality language = quality.language().get();
            cards.add(new SummaryCard(
                    "Perplexity",
                    QualityWords.perplexity(language.perplexity()),
                    "before: " + QualityWords.perplexity(language.perplexityBefore()) + ", "
                            + QualityWords.signed(language.loss())));
            cards.add(new SummaryCard(
                    "KL divergence",
                    QualityWords.digits(language.kl()) + " nats",
                    "same next token: " + NumberFormats.percent(language.agreement())));
            return;
        }
        cards.add(new SummaryCard(
                "Mean cosine",
                QualityWords.cosine(quality.cosineMean()),
                "least: " + QualityWords.cosine(quality.cosineLeast())));
        cards.add(new SummaryCard(
                "Relative error",
                QualityWords.relativeError(quality),
                "of the worst output, on " + quality.rows() + " rows"));
    }

    private static SummaryCard recovery(RecoveryResult recovered) {
        return new SummaryCard(
                "Won back by recovery",
                String.format(Locale.ROOT, "%.0f %%", 100 * recovered.ratio()),
                "distance " + QualityWords.digits(recovered.before().distance()) + " → "
                        + QualityWords.digits(recovered.after().distance()) + ", " + recovered.steps() + " steps");
    }
}
