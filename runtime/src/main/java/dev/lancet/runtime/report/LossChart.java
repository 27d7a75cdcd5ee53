package dev.lancet.runtime.report;

import dev.lancet.runtime.report.page.LogAxis;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Loss over steps: each model's training loss as a thin line, its running mean as a thick one, validations as dots. */
final class LossChart {

    /** The number of colours on the page; further models reuse them. */
    static final int COLOURS = 6;

    private static final int HEIGHT = 360;

    private LossChart() {}

    static String svg(Report report) {
        List<CurvePoint> all = report.curves().stream()
                .flatMap(curve -> Stream.concat(curve.training().stream(), curve.validation().stream()))
                .filter(point -> Double.isFinite(point.value()))
                .toList();
        LogAxis axis = LogAxis.over(
                all.stream().mapToDouble(CurvePoint::value).min().orElse(0),
                all.stream().mapToDouble(CurvePoint::value).max().orElse(1));
        return Plot.inPage(
                new Plot.Subject("Loss over training steps", HEIGHT, names(report), lastStep(report), axis::share),
                plot -> {
                    plot.frame(axis.ticks(), LogAxis::label, "loss, nats a token, logarithmic");
                    report.curves().forEach(curve -> draw(plot, curve, colour(report, curve.model())));
                },
                "Thin: loss of each step. Thick: its running mean. Dots: loss over held-out text.");
    }

    /** The names of the lines. */
    static List<String> names(Report report) {
        return report.curves().stream().map(TrainingCurves::model).toList();
    }

    private static void draw(Plot plot, TrainingCurves curve, String colour) {
        List<CurvePoint> mean = runningMean(curve.training());
        plot.line("raw " + colour, curve.training());
        plot.line("mean " + colour, mean);
        curve.validation().stream()
                .filter(point -> Double.isFinite(point.value()))
                .forEach(point -> plot.dot(
                        colour,
                        point,
                        String.format(Locale.ROOT, "validation, step %d: %.4f", point.step(), point.value())));
        List<CurvePoint> ends = curve.validation().isEmpty() ? mean : curve.validation();
        if (!ends.isEmpty() && Double.isFinite(ends.get(ends.size() - 1).value())) {
            double loss = ends.get(ends.size() - 1).value();
            plot.label(curve.model(), colour, loss, String.format(Locale.ROOT, "%.3f", loss));
        }
    }

    /** The CSS class with a model's colour, the same as in the table. */
    static String colour(Report report, String model) {
        List<String> names = report.models().stream().map(ReportedModel::name).toList();
        return "c" + Math.max(0, names.indexOf(model)) % COLOURS;
    }

    /** The last step of any model. */
    static long lastStep(Report report) {
        return Math.max(
                1,
                report.curves().stream()
                        .flatMap(curve -> Stream.concat(curve.training().stream(), curve.validation().stream()))
                        .filter(point -> Double.isFinite(point.value()))
                        .mapToLong(CurvePoint::step)
                        .max()
                        .orElse(1));
    }

    private static List<CurvePoint> runningMean(List<CurvePoint> points) {
        int half = points.size() / 60;
        List<CurvePoint> means = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            // The same number of points on either side, fewer towards the ends: a one-sided mean would lag behind.
            int reach = Math.min(half, Math.min(i, points.size() - 1 - i));
            double mean = points.subList(i - reach, i + reach + 1).stream()
                    .mapToDouble(CurvePoint::value)
                    .average()
                    .orElse(Double.NaN);
            means.add(new CurvePoint(points.get(i).step(), mean));
        }
        return means;
    }
}
