package dev.lancet.runtime.report.page;

import dev.lancet.dsl.plan.Step;
import java.util.Locale;
import java.util.OptionalDouble;

/** Numbers for readers: decimal units, three or four digits, a dash if nothing was measured. */
public final class NumberFormats {

    /** What stands where nothing was measured. */
    static final String NOTHING = "–";

    private NumberFormats() {}

    /** A whole number with commas. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Bytes in decimal units: {@code 1.05 MB}. */
    public static String bytes(long bytes) {
        return scaled(bytes, "B");
    }

    /** A number of parameters: {@code 524 k}. */
    public static String parameters(long number) {
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

    /** A number per second. */
    public static String rate(OptionalDouble perSecond) {
        return perSecond.isEmpty() ? NOTHING : String.format(Locale.ROOT, "%,.0f", perSecond.getAsDouble());
    }

    /** A loss in nats. */
    public static String loss(OptionalDouble loss) {
        return decimals(loss, "%.4f");
    }

    /** A perplexity. */
    public static String perplexity(OptionalDouble perplexity) {
        return decimals(perplexity, perplexity.orElse(0) < 1000 ? "%.3f" : "%,.0f");
    }

    /** A number in a format of {@link String#format}. */
    public static String decimals(OptionalDouble value, String format) {
        return value.isEmpty() ? NOTHING : String.format(Locale.ROOT, format, value.getAsDouble());
    }

    /** A factor: {@code 6.01×}. */
    public static String times(double factor) {
        return String.format(Locale.ROOT, "%.2f×", factor);
    }

    /** How a matrix is stored: rank, precision, and what stands beside it; empty for float32 in one piece. */
    public static String form(Step step) {
        String rank = step.rank().isPresent() ? "rank " + step.rank().getAsInt() : "";
        rank += step.between().map(curve -> " " + curve).orElse("");
        rank += step.initialisation().map(how -> " " + how).orElse("");
        String precision = step.precision().narrow() ? step.precision().toString() : "";
        String beside = step.correction().map(some -> "+ " + some + " ").orElse("")
                + step.adapter().map(some -> "+ " + some).orElse("");
        return (rank + " " + precision + " " + beside).strip().replaceAll(" +", " ");
    }

    /** A share of the whole: 0.0073 is {@code 0.73 %}. */
    public static String percent(double share) {
        double percent = 100 * share;
        double size = Math.abs(percent);
        String format = size >= 99.95 || size == 0 ? "%.0f" : size >= 9.995 ? "%.1f" : size >= 0.01 ? "%.2f" : "%.1g";
        return Double.isFinite(percent) ? String.format(Locale.ROOT, format, percent) + " %" : "not a number";
    }

    /** Rows and columns of a matrix: {@code 256 × 1024}. */
    public static String shape(Step step) {
        return step.weight().rows() + " × " + step.weight().columns();
    }
}
