package dev.lancet.runtime.budget;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.Budget;
import dev.lancet.dsl.plan.BudgetUnreachableException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.CachedCalibration;
import dev.lancet.runtime.calibration.CalibrationCache;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.MeasuredLosses;
import dev.lancet.runtime.source.ModelSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How good a model stays at several sizes.
 *
 * @param points for each size the choice of forms and the uniform settings that were tried, the best first
 * @param unreachable the sizes that no forms can reach, with the reason
 */
public record QualityCurve(List<Point> points, List<String> unreachable) {

    /** The width of the longest bar, in characters. */
    private static final int BAR = 30;

    /** A bar gets longer by this factor of the distance for each character. */
    private static final double DECADES = 5;

    public QualityCurve {
        points = List.copyOf(points);
        unreachable = List.copyOf(unreachable);
    }

    /**
     * A plan of a size.
     *
     * @param size the budget
     * @param best whether no other plan for the size is better
     */
    public record Point(String size, BudgetSearch.Tried tried, boolean best) {}

    /** Measures a curve; the layers are measured once for all sizes, or taken from a cache. */
    public static QualityCurve measure(
            ModelSource source, CalibrationData data, List<Budget> sizes, Progress progress, CalibrationCache cache) {
        CachedCalibration calibrations = cache.of(source, data.calibration());
        GramMatrices grams = calibrations.grams(progress).all();
        MeasuredLosses losses = calibrations.losses();
        List<Point> points = new ArrayList<>();
        List<String> unreachable = new ArrayList<>();
        try (BudgetSearch search = new BudgetSearch(source, grams, data, step -> true, progress, losses)) {
            calibrations.keep(losses);
            for (Budget size : sizes) {
                try {
                    List<BudgetSearch.Tried> tried = search.within(size, source.stored());
                    for (int i = 0; i < tried.size(); i++) {
                        points.add(new Point(size.toString(), tried.get(i), i == 0));
                    }
                } catch (BudgetUnreachableException tooSmall) {
                    unreachable.add(String.valueOf(tooSmall.getMessage()));
                }
            }
        }
        return new QualityCurve(points, unreachable);
    }

    /** The table, with a bar for the distance on a logarithmic scale. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        boolean language = points.stream()
                .anyMatch(point -> point.tried().quality().language().isPresent());
        text.append(String.format(
                Locale.ROOT,
                "%-8s %14s %7s  %-32s %12s %10s%n",
                "size",
                "bytes",
                "times",
                "setting",
                language ? "perplexity" : "cosine",
                language ? "KL" : "least"));
        points.forEach(point -> text.append(line(point)));
        unreachable.forEach(reason -> text.append(reason).append('\n'));
        return text.toString();
    }

    private static String line(Point point) {
        BudgetSearch.Tried tried = point.tried();
        var language = tried.quality().language();
        double first = language.isPresent()
                ? language.get().perplexity()
                : tried.quality().cosineMean();
        double second =
                language.isPresent() ? language.get().kl() : tried.quality().cosineLeast();
        return String.format(
                Locale.ROOT,
                "%-8s %,14d %6.2fx  %-32s %12.5g %10.3g  %s%s%n",
                point.size(),
                tried.plan().bytesAfter(),
                tried.plan().compression(),
                tried.setting(),
                first,
                second,
                "#".repeat(bar(tried.quality().distance())),
                point.best() ? " best" : "");
    }

    private static int bar(double distance) {
        if (!(distance < 1)) {
            return BAR;
        }
        double decades = Math.log10(Math.max(distance, Math.pow(10, -DECADES)));
        return (int) Math.round(BAR * (1 + decades / DECADES));
    }
}
