package dev.lancet.runtime.report.compression;

import dev.lancet.runtime.report.page.MarkdownText;
import dev.lancet.runtime.report.page.Table;
import java.util.List;

/** The report of a compression for reading in a repository. */
final class CompressionMarkdown {

    private final StringBuilder text = new StringBuilder();

    CompressionMarkdown(CompressionReport report) {
        text.append(
                "# " + MarkdownText.inline(report.title()) + "\n\n" + MarkdownText.inline(report.verdict()) + ".\n");
        report.warnings().forEach(line -> text.append("\n> **Warning:** " + MarkdownText.inline(line) + "\n"));
        text.append('\n')
                .append(new Table<>(SummaryCard.all(report))
                        .text("measure", SummaryCard::name)
                        .number("value", SummaryCard::value)
                        .text("remark", SummaryCard::remark)
                        .markdown());
        List<ChangedLayer> changed = report.changed();
        if (!changed.isEmpty()) {
            text.append("\n## Layers\n\n" + changed.size() + " of "
                            + report.plan().steps().size() + " matrices changed; the largest error stands first.\n\n")
                    .append(NumbersTable.of(changed).markdown());
        }
        List<TriedTable.Row> rows = CompressionPage.rows(report);
        if (!rows.isEmpty()) {
            text.append("\n## Quality against bytes\n\n")
                    .append(TriedTable.of(rows).markdown());
        }
        KeptLayers kept = KeptLayers.of(report);
        if (!kept.byReason().isEmpty()) {
            text.append("\n## Kept as they were\n\n").append(kept.markdown());
        }
        text.append(ProvenanceSection.markdown(report.command(), report.timing()));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
