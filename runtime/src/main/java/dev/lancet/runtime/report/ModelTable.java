package dev.lancet.runtime.report;

import dev.lancet.runtime.report.page.Html;
import dev.lancet.runtime.report.page.NumberFormats;
import dev.lancet.runtime.report.page.Table;
import java.util.Locale;

/** Compares the models with the first of them: one row for each, names left-aligned, numbers right-aligned. */
final class ModelTable {

    private ModelTable() {}

    static Table<ReportedModel> of(Report report) {
        long first = report.models().isEmpty() ? 0 : report.models().get(0).bytes();
        long largest =
                report.models().stream().mapToLong(ReportedModel::bytes).max().orElse(1);
        return new Table<>(report.models())
                .marked(
                        "model",
                        "",
                        ReportedModel::name,
                        model -> dot(report, model.name()) + Html.escape(model.name()))
                .number("parameters", model -> NumberFormats.parameters(model.parameters()))
                .number("bytes", model -> NumberFormats.bytes(model.bytes()))
                .drawn("size", "bar", model -> bar(LossChart.colour(report, model.name()), model.bytes(), largest))
                .number("smaller", model -> NumberFormats.times((double) first / model.bytes()))
                .number(
                        "trains tok/s",
                        model -> NumberFormats.rate(model.measured().tokensPerSecond()))
                .number(
                        "writes tok/s",
                        model -> NumberFormats.rate(model.measured().written()))
                .number("loss", ModelTable::loss)
                .number(
                        "perplexity",
                        model -> NumberFormats.perplexity(model.measured().perplexity()))
                .number(
                        "cosine",
                        model -> NumberFormats.decimals(model.measured().cosine(), "%.5f"));
    }

    /** A loss with its standard deviation over the seeds, if there are several. */
    private static String loss(ReportedModel model) {
        return NumberFormats.loss(model.measured().validationLoss())
                + (model.spread().isEmpty() ? "" : NumberFormats.decimals(model.spread(), " ± %.4f"));
    }

    static String dot(Report report, String model) {
        return "<i class=\"dot " + LossChart.colour(report, model) + "\"></i>";
    }

    static String bar(String style, long part, long whole) {
        return String.format(
                Locale.ROOT,
                "<i class=\"%s\" style=\"width:%.2f%%\"></i>",
                style,
                whole == 0 ? 0 : 100.0 * Math.min(part, whole) / whole);
    }
}
