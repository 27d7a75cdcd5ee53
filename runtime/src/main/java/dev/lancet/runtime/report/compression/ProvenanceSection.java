package dev.lancet.runtime.report.compression;

import dev.lancet.runtime.report.page.Html;
import dev.lancet.runtime.report.page.MarkdownText;

/** The command that made a report, and the fingerprints by which it can be repeated. */
final class ProvenanceSection {

    private ProvenanceSection() {}

    static String html(CommandFacts command, String timing) {
        StringBuilder html = new StringBuilder("<h2>How it was made</h2>\n");
        if (!command.command().isEmpty()) {
            html.append("<pre>" + Html.escape(command.command()) + "</pre>\n");
        }
        html.append("<dl>\n");
        command.facts()
                .forEach((name, value) ->
                        html.append("<dt>" + Html.escape(name) + "</dt><dd>" + Html.escape(value) + "</dd>\n"));
        if (!timing.isEmpty()) {
            html.append("<dt>time</dt><dd>" + Html.escape(timing) + "</dd>\n");
        }
        return html.append("</dl>\n").toString();
    }

    static String markdown(CommandFacts command, String timing) {
        StringBuilder text = new StringBuilder("\n## How it was made\n\n");
        if (!command.command().isEmpty()) {
            text.append(MarkdownText.code(command.command())).append('\n');
        }
        command.facts()
                .forEach((name, value) ->
                        text.append("- " + MarkdownText.inline(name) + ": " + MarkdownText.inline(value) + "\n"));
        if (!timing.isEmpty()) {
            text.append("- time: " + MarkdownText.inline(timing) + "\n");
        }
        return text.toString();
    }
}
