package dev.lancet.runtime.report.compression;

import dev.lancet.runtime.report.page.Html;
import dev.lancet.runtime.report.page.NumberFormats;
import java.util.List;
import java.util.Locale;

/** A bar for every changed layer: its bytes before and after, coloured by its error, the largest error first. */
final class LayerBars {

    private final List<LayerGroup> groups;
    private final long largest;
    private final boolean methods;

    LayerBars(List<ChangedLayer> layers) {
        groups = LayerGroup.of(layers);
        largest = layers.stream()
                .mapToLong(layer -> Math.max(layer.bytesBefore(), layer.bytes()))
                .max()
                .orElse(1);
        methods = layers.stream().anyMatch(layer -> !layer.methods().isEmpty());
    }

    String html(boolean output) {
        StringBuilder html = new StringBuilder("<div class=\"layers" + (methods ? "" : " plainly") + "\">\n");
        html.append("<div class=\"layer head\" aria-hidden=\"true\">" + cell("name", "layer")
                + cell("size", "bytes before and after")
                + cell("form", "form") + (methods ? cell("how", "method") : "")
                + cell("error", output ? "error of the output" : "error of the matrix") + "</div>\n");
        for (LayerGroup group : groups) {
            if (group.layers().size() == 1) {
                html.append("<div class=\"layer\">" + row(group) + "</div>\n");
            } else {
                html.append("<details class=\"group\"><summary class=\"layer\">" + row(group) + "</summary>\n");
                group.layers().forEach(layer -> html.append("<div class=\"layer\">")
                        .append(row(new LayerGroup(List.of(layer))))
                        .append("</div>\n"));
                html.append("</details>\n");
            }
        }
        return html.append("</div>\n<p class=\"legend\">Error, logarithmic from 0.1 % to 100 %: " + legend() + "</p>\n")
                .toString();
    }

    private static String legend() {
        StringBuilder html = new StringBuilder();
        for (int i = 0; i < ErrorScale.legend().size(); i++) {
            html.append("<span><i class=\"dot e" + i + "\"></i>"
                    + Html.escape(ErrorScale.legend().get(i)) + "</span> ");
        }
        return html.toString();
    }

    private String row(LayerGroup group) {
        ChangedLayer worst = group.layers().get(0);
        int count = group.layers().size();
        String style = ErrorScale.style(group.worst());
        String many = count == 1 ? "" : " <small>" + count + " layers</small>";
        String error = NumberFormats.percent(group.worst());
        String least = NumberFormats.percent(group.best());
        return cell("name", Html.name(group.name()) + many)
                + cell(
                        "size",
                        bar(style, group.bytesBefore() / count, group.bytes() / count)
                                + "<span>" + NumberFormats.bytes(group.bytesBefore()) + " → "
                                + NumberFormats.bytes(group.bytes()) + "</span>")
                + cell("form", Html.escape(worst.form()) + " <small>" + NumberFormats.shape(worst.step()) + "</small>")
                + (methods ? cell("how", Html.escape(worst.methods().replace(", ", " + "))) : "")
                + cell(
                        "error",
                        scale(style, group.best(), group.worst()) + "<span class=\"" + style + "\">"
                                + (error.equals(least) ? error : least.replace(" %", "") + "–" + error) + "</span>");
    }

    private static String cell(String style, String markup) {
        return "<div class=\"" + style + "\">" + markup + "</div>";
    }

    private String bar(String style, long before, long after) {
        return String.format(
                Locale.ROOT,
                "<b class=\"bytes\"><i class=\"before\" style=\"width:%.2f%%\"></i>"
                        + "<i class=\"after %s\" style=\"width:%.2f%%\"></i></b>",
                100.0 * before / largest,
                style,
                100.0 * after / largest);
    }

    private static String scale(String style, double best, double worst) {
        double from = ErrorScale.place(best);
        double to = ErrorScale.place(worst);
        return String.format(
                Locale.ROOT,
                "<b class=\"scale\"><i class=\"%s\" style=\"left:%.1f%%;width:max(10px,%.1f%%)\"></i></b>",
                style,
                from,
                to - from);
    }
}
