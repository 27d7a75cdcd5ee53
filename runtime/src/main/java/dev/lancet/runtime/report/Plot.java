package dev.lancet.runtime.report;

import dev.lancet.runtime.report.page.Axis;
import dev.lancet.runtime.report.page.Html;
import dev.lancet.runtime.report.page.NumberFormats;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;

/**
 * Curves over training steps as SVG, with the name of each model at the end of its line. The page sets the colours, so
 * the chart follows its light or dark mode.
 */
final class Plot {

    private static final int WIDTH = 860;
    private static final int LEFT = 44;
    private static final int RIGHT = 170;
    private static final int TOP = 30;
    private static final int BOTTOM = 40;
    private static final int MOST_POINTS = 600;

    private record Label(String name, String colour, double y, String value) {}

    private final int height;
    private final long lastStep;
    private final DoubleUnaryOperator share;
    private final List<Label> labels = new ArrayList<>();
    private final StringBuilder svg = new StringBuilder();

    /**
     * An empty plot.
     *
     * @param about a description for readers who do not see the plot
     * @param share the position of a value between the lower end (0) and the upper one (1)
     */
    Plot(String about, int height, long lastStep, DoubleUnaryOperator share) {
        this.height = height;
        this.lastStep = lastStep;
        this.share = share;
        svg.append("<svg class=\"chart\" viewBox=\"0 0 " + WIDTH + " " + height + "\" role=\"img\" aria-label=\""
                + about + "\">\n");
    }

    /** The marks of both axes, and the meaning of the values. */
    void frame(List<Double> ticks, DoubleFunction<String> label, String caption) {
        for (double tick : ticks) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                    (double) LEFT,
                    y(tick),
                    (double) WIDTH - RIGHT,
                    y(tick)));
            text("tick n", LEFT - 8, y(tick) + 4, label.apply(tick));
        }
        for (double tick : Axis.over(0, (double) lastStep).ticks()) {
            if (tick <= lastStep) {
                text("tick m", x((long) tick), height - BOTTOM + 20, NumberFormats.count((long) tick));
            }
        }
        text("tick m", (LEFT + WIDTH - RIGHT) / 2.0, height - 4, "step");
        text("tick", LEFT, 12, caption);
    }

    /** A line through the finite points; a long line uses only some of them. */
    void line(String style, List<CurvePoint> points) {
        List<CurvePoint> finite =
                points.stream().filter(point -> Double.isFinite(point.value())).toList();
        if (finite.size() < 2) {
            return;
        }
        int every = (finite.size() + MOST_POINTS - 1) / MOST_POINTS;
        svg.append("<polyline class=\"" + style + "\" points=\"");
        for (int i = 0; i < finite.size(); i++) {
            if (i % every == 0 || i == finite.size() - 1) {
                CurvePoint point = finite.get(i);
                svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.step()), y(point.value())));
            }
        }
        svg.setLength(svg.length() - 1);
        svg.append("\"/>\n");
    }

    /** A dot with a tooltip. */
    void dot(String style, CurvePoint point, String remark) {
        svg.append(String.format(
                Locale.ROOT,
                "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"><title>%s</title></circle>\n",
                style,
                x(point.step()),
                y(point.value()),
                remark));
    }

    /** The name of a line, beside its end. */
    void label(String name, String colour, double end, String value) {
        labels.add(new Label(name, colour, y(end), value));
    }

    /** The finished SVG, with a note below. */
    String finished(String note) {
        List<Label> sorted =
                labels.stream().sorted(Comparator.comparingDouble(Label::y)).toList();
        // From the bottom up, so that no label covers another: lines end close together near the bottom, and there is
        // room above.
        double limit = height - BOTTOM;
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
        return svg.append("</svg>\n<p class=\"note\">" + note + "</p>\n").toString();
    }

    private double x(long step) {
        return LEFT + (double) step / lastStep * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        return height - BOTTOM - share.applyAsDouble(value) * (height - TOP - BOTTOM);
    }

    private void text(String style, double x, double y, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", style, x, y, Html.escape(text)));
    }
}
