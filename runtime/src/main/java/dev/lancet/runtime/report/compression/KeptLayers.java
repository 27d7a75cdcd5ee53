package dev.lancet.runtime.report.compression;

import dev.lancet.dsl.plan.Step;
import dev.lancet.runtime.report.page.Html;
import dev.lancet.runtime.report.page.MarkdownText;
import dev.lancet.runtime.report.page.NumberFormats;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The matrices that stayed as they were, by reason; each reason once.
 *
 * @param byReason in the order of the plan
 */
record KeptLayers(Map<String, List<Step>> byReason) {

    static KeptLayers of(CompressionReport report) {
        List<String> changed =
                report.losses().stream().map(loss -> loss.weight()).toList();
        return new KeptLayers(report.plan().steps().stream()
                .filter(step -> !changed.contains(step.weight().name()))
                .collect(Collectors.groupingBy(Step::because, LinkedHashMap::new, Collectors.toList())));
    }

    private static String count(List<Step> steps) {
        return (steps.size() == 1 ? "1 layer" : steps.size() + " layers") + ", "
                + NumberFormats.bytes(steps.stream().mapToLong(Step::bytes).sum());
    }

    private static String line(Step step) {
        String form = QualityWords.form(NumberFormats.form(step));
        return step.weight().name() + " (" + NumberFormats.shape(step) + (form.isEmpty() ? "" : ", " + form) + ")";
    }

    String html() {
        StringBuilder html = new StringBuilder();
        byReason.forEach((reason, steps) -> html.append(Html.folded(
                Html.escape(reason) + " <span>" + count(steps) + "</span>",
                "<ul class=\"names\">\n"
                        + steps.stream()
                                .map(step -> "<li>" + Html.name(line(step)) + "</li>\n")
                                .collect(Collectors.joining())
                        + "</ul>\n",
                false)));
        return html.toString();
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        byReason.forEach((reason, steps) -> text.append("- ")
                .append(MarkdownText.inline(reason + " (" + count(steps) + "): "
                        + steps.stream().map(KeptLayers::line).collect(Collectors.joining(", "))))
                .append('\n'));
        return text.toString();
    }
}
