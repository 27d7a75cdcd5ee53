package dev.lancet.runtime.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Losses over steps as SVG: each model's training loss thin, its running mean thick, validation as dots, the name
 * at the end of its line. Colours come from the page, so the chart follows light and dark.
 */
final class LossChart {

    /** Colours in the page's palette; more models begin again. */
    static final int COLOURS = 6;

    private static final int WIDTH = 860;
    private static final int HEIGHT = 360;
    private static final int LEFT = 44;
    private static final int RIGHT = 170;
    private static final int TOP = 30;
    private static final int BOTTOM = 40;
    private static final int MOST_POINTS = 600;

    private record Label(String name, String colour, double y, String value) {}

    private final Report report;
    private final long lastStep;
    private final LogAxis axis;
    private final StringBuilder svg = new StringBuilder();

    private LossChart(Report report) {
        this.report = report;
        List<Report.Point> all = report.curves().stream()
                .flatMap(curve -> Stream.concat(curve.training().stream(), curve.validation().stream()))
                .filter(point -> Double.isFinite(point.loss()))
                .toList();
        this.lastStep =
                Math.max(1, all.stream().mapToLong(Report.Point::step).max().orElse(1));
        this.axis = LogAxis.over(
                all.stream().mapToDouble(Report.Point::loss).min().orElse(0),
                all.stream().mapToDouble(Report.Point::loss).max().orElse(1));
    }

    static String svg(Report report) {
        return new LossChart(report).draw();
    }

    /** The class that colours a model: that of its row in the table. */
    static String colour(Report report, String model) {
        List<String> names = report.models().stream().map(Report.Model::name).toList();
        return "c" + Math.max(0, names.indexOf(model)) % COLOURS;
    }

    private String draw() {
        svg.append("<svg class=\"chart\" viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" role=\"img\" aria-label=\"Loss over" + " training steps\">\n");
        for (double tick : axis.ticks()) {
            line("grid", LEFT, y(tick), WIDTH - RIGHT, y(tick));
            text("tick n", LEFT - 8, y(tick) + 4, LogAxis.label(tick));
        }
        Axis steps = Axis.over(0, (double) lastStep);
        for (double tick : steps.ticks()) {
            if (tick <= lastStep) {
                text("tick m", x((long) tick), HEIGHT - BOTTOM + 20, Figures.count((long) tick));
            }
        }
        text("tick m", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 4, "step");
        text("tick", LEFT, 12, "loss, nats a token, logarithmic");
        List<Label> labels = new ArrayList<>();
        for (Report.Curve curve : report.curves()) {
            String colour = colour(report, curve.model());
            List<Report.Point> mean = runningMean(curve.training());
            polyline("raw " + colour, curve.training());
            polyline("mean " + colour, mean);
            curve.validation().stream()
                    .filter(point -> Double.isFinite(point.loss()))
                    .forEach(point -> svg.append(String.format(
                            Locale.ROOT,
                            "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"><title>validation, step %d: %.4f</title></circle>\n",
                            colour,
                            x(point.step()),
                            y(point.loss()),
                            point.step(),
                            point.loss())));
            List<Report.Point> ends = curve.validation().isEmpty() ? mean : curve.validation();
            if (!ends.isEmpty() && Double.isFinite(ends.get(ends.size() - 1).loss())) {
                double loss = ends.get(ends.size() - 1).loss();
                labels.add(new Label(curve.model(), colour, y(loss), String.format(Locale.ROOT, "%.3f", loss)));
            }
        }
        labels(labels);
        return svg.append("</svg>\n<p class=\"note\">Thin: loss of each step. Thick: its running mean. Dots: loss over"
                        + " held-out text.</p>\n")
                .toString();
    }

    /** Names beside the ends of their lines, pushed apart so that none covers another. */
    private void labels(List<Label> labels) {
        List<Label> sorted =
                labels.stream().sorted(Comparator.comparingDouble(Label::y)).toList();
        // From the bottom up: the lines end close together near the floor, and there is room above.
        double limit = HEIGHT - BOTTOM;
        for (int i = sorted.size() - 1; i >= 0; i--) {
            Label label = sorted.get(i);
            double at = Math.min(label.y() + 4, limit);
            limit = at - 17;
            svg.append(String.format(
                    Locale.ROOT,
                    "<text class=\"label %s\" x=\"%d\" y=\"%.1f\">%s <tspan>%s</tspan></text>\n",
                    label.colour(),
                    WIDTH - RIGHT + 10,
                    at,
                    label.value(),
                    Html.escape(label.name())));
        }
    }

    private static List<Report.Point> runningMean(List<Report.Point> points) {
        int half = points.size() / 60;
        List<Report.Point> means = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            // As many on either side, fewer towards the ends: a one-sided mean would lag behind the fall.
            int reach = Math.min(half, Math.min(i, points.size() - 1 - i));
            double mean = points.subList(i - reach, i + reach + 1).stream()
                    .mapToDouble(Report.Point::loss)
                    .average()
                    .orElse(Double.NaN);
            means.add(new Report.Point(points.get(i).step(), mean));
        }
        return means;
    }

    private void polyline(String style, List<Report.Point> points) {
        List<Report.Point> finite =
                points.stream().filter(point -> Double.isFinite(point.loss())).toList();
        if (finite.size() < 2) {
            return;
        }
        int every = (finite.size() + MOST_POINTS - 1) / MOST_POINTS;
        svg.append("<polyline class=\"" + style + "\" points=\"");
        for (int i = 0; i < finite.size(); i++) {
            if (i % every == 0 || i == finite.size() - 1) {
                Report.Point point = finite.get(i);
                svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.step()), y(point.loss())));
            }
        }
        svg.setLength(svg.length() - 1);
        svg.append("\"/>\n");
    }

    private double x(long step) {
        return LEFT + (double) step / lastStep * (WIDTH - LEFT - RIGHT);
    }

    private double y(double loss) {
        return HEIGHT - BOTTOM - axis.share(loss) * (HEIGHT - TOP - BOTTOM);
    }

    private void line(String style, double x1, double y1, double x2, double y2) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                style,
                x1,
                y1,
                x2,
                y2));
    }

    private void text(String style, double x, double y, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", style, x, y, Html.escape(text)));
    }
}
