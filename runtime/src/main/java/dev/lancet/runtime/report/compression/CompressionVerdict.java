package dev.lancet.runtime.report.compression;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Step;
import java.util.List;
import java.util.Locale;

/** The title of a compression's report and its verdict. */
final class CompressionVerdict {

    private CompressionVerdict() {}

    static String title(CompressionReport report) {
        String goal = report.command().goal();
        return report.command().model() + ", " + (goal.isEmpty() ? done(report) : goal);
    }

    private static String done(CompressionReport report) {
        List<Step> changed = report.changed().stream().map(ChangedLayer::step).toList();
        if (changed.isEmpty()) {
            return "unchanged";
        }
        String ranks = changed.stream().allMatch(step -> step.rank().isPresent()) ? "cut to lower ranks" : "";
        List<String> bits = changed.stream()
                .map(Step::precision)
                .map(Precision::toString)
                .distinct()
                .toList();
        if (bits.size() > 1
                || changed.stream()
                                .map(step -> step.rank().isPresent())
                                .distinct()
                                .count()
                        > 1) {
            return "compressed";
        }
        String rounded = bits.get(0).equals(Precision.float32().toString()) ? "" : "stored in " + bits.get(0);
        String both = ranks.isEmpty() || rounded.isEmpty() ? ranks + rounded : ranks + " and " + rounded;
        return both.isEmpty() ? "compressed" : both;
    }

    static String verdict(CompressionReport report) {
        String size = size(report.timesSmaller());
        return report.quality()
                .map(quality -> size + "; " + QualityWords.change(quality) + " on " + quality.rows() + " held-out rows")
                .orElseGet(() -> size + "; quality unknown: no calibration data was given");
    }

    private static String size(double times) {
        if (times < 0.995) {
            return String.format(Locale.ROOT, "%.2f times larger", 1 / times);
        }
        return times < 1.005 ? "As large as before" : String.format(Locale.ROOT, "%.2f times smaller", times);
    }
}
