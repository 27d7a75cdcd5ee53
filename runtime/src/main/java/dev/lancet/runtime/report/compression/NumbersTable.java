package dev.lancet.runtime.report.compression;

import dev.lancet.runtime.report.page.Html;
import dev.lancet.runtime.report.page.NumberFormats;
import dev.lancet.runtime.report.page.Table;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Every number that is known of every changed layer. */
final class NumbersTable {

    private NumbersTable() {}

    static Table<ChangedLayer> of(List<ChangedLayer> layers) {
        return new Table<>(layers)
                .marked("layer", "", ChangedLayer::name, layer -> Html.name(layer.name()))
                .number("shape", layer -> NumberFormats.shape(layer.step()))
                .text("form", ChangedLayer::form)
                .text("method", ChangedLayer::methods)
                .number("before", layer -> NumberFormats.bytes(layer.bytesBefore()))
                .number("after", layer -> NumberFormats.bytes(layer.bytes()))
                .marked(
                        "error of the output",
                        "n",
                        NumbersTable::outputError,
                        layer -> coloured(
                                NumbersTable.outputError(layer),
                                layer.loss().outputError().orElse(0)))
                .marked(
                        "error of the matrix",
                        "n",
                        layer -> NumberFormats.percent(layer.loss().relativeFrobenius()),
                        layer -> coloured(
                                NumberFormats.percent(layer.loss().relativeFrobenius()),
                                layer.loss().relativeFrobenius()))
                .number("predicted error", layer -> percent(layer.step().predictedError()))
                .number(
                        "SQNR",
                        layer -> Double.isFinite(layer.loss().sqnrDb())
                                ? String.format(
                                        Locale.ROOT, "%.1f dB", layer.loss().sqnrDb())
                                : "")
                .number("sensitivity", layer -> digits(layer.sensitivity()))
                .number("predicted loss", layer -> digits(layer.predictedLoss()))
                .number(
                        "seconds",
                        layer -> String.format(Locale.ROOT, "%.2f", layer.loss().seconds()));
    }

    private static String outputError(ChangedLayer layer) {
        return percent(layer.loss().outputError());
    }

    private static String percent(OptionalDouble share) {
        return share.isPresent() ? NumberFormats.percent(share.getAsDouble()) : "";
    }

    private static String digits(OptionalDouble value) {
        return value.isPresent() ? QualityWords.digits(value.getAsDouble()) : "";
    }

    private static String coloured(String text, double error) {
        return text.isEmpty() ? "" : "<span class=\"" + ErrorScale.style(error) + "\">" + Html.escape(text) + "</span>";
    }
}
