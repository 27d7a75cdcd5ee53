package dev.lancet.runtime.report;

import dev.lancet.runtime.report.page.NumberFormats;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The one sentence to remember: the smallest model against the first. */
final class Headline {

    private Headline() {}

    static Optional<String> of(Report report) {
        List<ReportedModel> models = report.models();
        if (models.size() < 2) {
            return Optional.empty();
        }
        ReportedModel first = models.get(0);
        ReportedModel smallest = models.stream()
                .min(Comparator.comparingLong(ReportedModel::bytes))
                .orElse(first);
        if (smallest.bytes() >= first.bytes()) {
            return Optional.empty();
        }
        String size = String.format(
                Locale.ROOT,
                "%s takes %s, %.1f %% of %s’s %s",
                smallest.name(),
                NumberFormats.bytes(smallest.bytes()),
                100.0 * smallest.bytes() / first.bytes(),
                first.name(),
                NumberFormats.bytes(first.bytes()));
        if (smallest.measured().perplexity().isEmpty()
                || first.measured().perplexity().isEmpty()) {
            return Optional.of(size + ".");
        }
        return Optional.of(size + ", at a perplexity of "
                + NumberFormats.perplexity(smallest.measured().perplexity()) + " against "
                + NumberFormats.perplexity(first.measured().perplexity()) + ".");
    }
}
