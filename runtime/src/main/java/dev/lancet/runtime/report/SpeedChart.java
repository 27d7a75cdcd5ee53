package dev.lancet.runtime.report;

import dev.lancet.runtime.report.page.Axis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Tokens per second over steps: each model's speed as a thin line, the running median as a thick one. */
final class SpeedChart {

    private static final int HEIGHT = 220;
    private static final int AROUND = 5;
    private static final double THOUSAND = 1e3;

    private SpeedChart() {}

    /** The chart; empty if no speed is known. */
    static String svg(Report report) {
        double fastest = report.curves().stream()
                .flatMap(curve -> medians(curve.speed()).stream())
                .mapToDouble(CurvePoint::value)
                .max()
                .orElse(0);
        if (fastest <= 0) {
            return "";
        }
        List<Double> ticks = Axis.over(0, fastest).ticks();
        double most = ticks.get(ticks.size() - 1);
        return Plot.inPage(
                new Plot.Subject(
                        "Tokens per second over training steps",
                        HEIGHT,
                        LossChart.names(report),
                        LossChart.lastStep(report),
                        value -> Math.min(1, value / most)),
                plot -> draw(plot, report, ticks),
                "Thin: speed of each step. Thick: the middle one of those around. Numbers: of all steps.");
    }

    private static void draw(Plot plot, Report report, List<Double> ticks) {
        plot.frame(ticks, SpeedChart::shown, "tokens a second");
        for (TrainingCurves curve : report.curves()) {
            String colour = LossChart.colour(report, curve.model());
            List<CurvePoint> medians = medians(curve.speed());
            plot.line("raw " + colour, curve.speed());
            plot.line("mean " + colour, medians);
            if (!medians.isEmpty()) {
                double middle = middle(curve.speed());
                plot.label(
                        curve.model(), colour, medians.get(medians.size() - 1).value(), shown(middle));
            }
        }
    }

    private static String shown(double speed) {
        return speed < 10 * THOUSAND
                ? String.format(Locale.ROOT, "%,.0f", speed)
                : String.format(Locale.ROOT, "%,.0fk", speed / THOUSAND);
    }

    private static List<CurvePoint> medians(List<CurvePoint> points) {
        int reach = Math.max(AROUND, points.size() / 60);
        List<CurvePoint> medians = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            List<CurvePoint> around = points.subList(Math.max(0, i - reach), Math.min(points.size(), i + reach + 1));
            medians.add(new CurvePoint(points.get(i).step(), middle(around)));
        }
        return medians;
    }

    /** The median of some speeds; 0 if there are none. */
    static double middle(List<CurvePoint> points) {
        double[] sorted =
                points.stream().mapToDouble(CurvePoint::value).sorted().toArray();
        return Arrays.stream(sorted).skip(sorted.length / 2).findFirst().orElse(0);
    }
}
