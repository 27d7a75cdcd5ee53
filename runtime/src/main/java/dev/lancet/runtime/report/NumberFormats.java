package dev.lancet.runtime.report;

import dev.lancet.dsl.plan.Step;
import java.util.Locale;
import java.util.OptionalDouble;

/** Numbers for readers: decimal units, three or four digits, a dash if nothing was measured. */
final class NumberFormats {

    private static final String NOTHING = "–";

    private NumberFormats() {}

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String bytes(long bytes) {
        return scaled(bytes, "B");
    }

    static String parameters(long number) {
        return scaled(number, "");
    }

    private static String scaled(long number, String unit) {
        String[] prefixes = {"", "k", "M", "G", "T"};
        double value = number;
        int prefix = 0;
        while (value >= 999.5 && prefix < prefixes.length - 1) {
            value /= 1000;
            prefix++;
        }
        String digits = prefix == 0
                ? Long.toString(number)
                : String.format(Locale.ROOT, value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f", value);
        String suffix = (prefix == 0 && !unit.isEmpty() ? "" : prefixes[prefix]) + unit;
        return suffix.isEmpty() ? digits : digits + " " + suffix;
    }

    static String rate(OptionalDouble perSecond) {
        return perSecond.isEmpty() ? NOTHING : String.format(Locale.ROOT, "%,.0f", perSecond.getAsDouble());
    }

    static String loss(OptionalDouble loss) {
        return decimals(loss, "%.4f");
    }

    static String perplexity(OptionalDouble perplexity) {
        return decimals(perplexity, perplexity.orElse(0) < 1000 ? "%.3f" : "%,.0f");
    }

    static String decimals(OptionalDouble value, String format) {
        return value.isEmpty() ? NOTHING : String.format(Locale.ROOT, format, value.getAsDouble());
    }

    /** A loss with its standard deviation over the seeds, if there are several. */
    static String loss(ReportedModel model) {
        return loss(model.measured().validationLoss())
                + (model.spread().isEmpty() ? "" : decimals(model.spread(), " ± %.4f"));
    }

    static String times(double factor) {
        return String.format(Locale.ROOT, "%.2f×", factor);
    }

    static String form(Report.Cut cut) {
        Step step = cut.step();
        String rank = step.rank().isPresent() ? "rank " + step.rank().getAsInt() : "";
        rank += step.between().map(curve -> " " + curve).orElse("");
        rank += step.initialisation().map(how -> " " + how).orElse("");
        String precision = step.precision().narrow() ? step.precision().toString() : "";
        String beside = step.correction().map(some -> "+ " + some + " ").orElse("")
                + step.adapter().map(some -> "+ " + some).orElse("");
        if (step.keeps()) {
            return cut.keeps() ? "kept" : "float32";
        }
        return (rank + " " + precision + " " + beside).strip().replaceAll(" +", " ");
    }

    static String shape(Step step) {
        return step.weight().rows() + " × " + step.weight().columns();
    }
}
