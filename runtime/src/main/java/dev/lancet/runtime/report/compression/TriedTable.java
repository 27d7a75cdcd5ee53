package dev.lancet.runtime.report.compression;

import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.calibration.LanguageQuality;
import dev.lancet.runtime.report.page.NumberFormats;
import dev.lancet.runtime.report.page.Table;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The settings that were tried, with their sizes and their measured quality. */
final class TriedTable {

    private TriedTable() {}

    /**
     * A setting that was tried for a size.
     *
     * @param bestFor the sizes for which no other setting is better, in words; empty if there are none
     */
    record Row(BudgetSearch.Tried tried, String bestFor) {

        boolean best() {
            return !bestFor.isEmpty();
        }
    }

    static Table<Row> of(List<Row> rows) {
        return new Table<>(rows)
                .text("setting", row -> QualityWords.form(row.tried().setting()))
                .number("bytes", row -> NumberFormats.bytes(row.tried().plan().bytesAfter()))
                .number("smaller", row -> NumberFormats.times(row.tried().plan().compression()))
                .number("perplexity", language(words -> QualityWords.perplexity(words.perplexity())))
                .number("change", language(words -> QualityWords.signed(words.loss())))
                .number("KL, nats", language(words -> QualityWords.digits(words.kl())))
                .number("mean cosine", outputs(one -> one.quality().cosineMean()))
                .number("least cosine", outputs(one -> one.quality().cosineLeast()))
                .number(
                        "relative error",
                        row -> row.tried().quality().outputs().isEmpty()
                                ? ""
                                : QualityWords.relativeError(row.tried().quality()))
                .text("best for", Row::bestFor);
    }

    private static Function<Row, String> language(Function<LanguageQuality, String> shown) {
        return row -> row.tried().quality().language().map(shown).orElse("");
    }

    private static Function<Row, String> outputs(ToDoubleFunction<BudgetSearch.Tried> value) {
        return row ->
                row.tried().quality().outputs().isEmpty() ? "" : QualityWords.cosine(value.applyAsDouble(row.tried()));
    }
}
