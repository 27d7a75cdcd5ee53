package dev.lancet.runtime.report;

import dev.lancet.runtime.report.page.NumberFormats;
import dev.lancet.runtime.report.page.Table;
import java.util.List;
import java.util.Locale;

/** The change of every matrix of a run's models. */
final class LayerTable {

    private LayerTable() {}

    static Table<Report.Cut> of(Report report, List<Report.Cut> cuts) {
        return new Table<>(cuts)
                .text("matrix", cut -> cut.step().weight().name())
                .number("shape", cut -> NumberFormats.shape(cut.step()))
                .text("form", Report.Cut::form)
                .number("before", cut -> NumberFormats.bytes(cut.step().weight().bytes()))
                .number("after", cut -> NumberFormats.bytes(cut.step().bytes()))
                .drawn(
                        "size",
                        "bar",
                        cut -> ModelTable.bar(
                                LossChart.colour(report, cut.model()),
                                cut.step().bytes(),
                                cut.step().weight().bytes()))
                .number("error", cut -> cut.fidelity()
                        .map(loss -> NumberFormats.percent(loss.relativeFrobenius()))
                        .orElse("–"))
                .number("SQNR", cut -> cut.fidelity()
                        .map(loss -> String.format(Locale.ROOT, "%.1f dB", loss.sqnrDb()))
                        .orElse("–"))
                .sentence("because", cut -> cut.step().because());
    }
}
