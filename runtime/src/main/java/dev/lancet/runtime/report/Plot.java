package dev.lancet.runtime.report;

import dev.lancet.runtime.report.page.Axis;
import dev.lancet.runtime.report.page.Html;
import dev.lancet.runtime.report.page.NumberFormats;
import dev.lancet.runtime.report.page.Svg;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;

/**
 * Curves over training steps as SVG, with the name of each model at the end of its line. The page sets the colours, so
 * the chart follows its light or dark mode.
 */
final class Plot {

    private static final int WIDE = 860;
    private static final int NARROW = 380;
    private static final int LEFT = 52;
    private static final int TOP = 30;
    private static final int BOTTOM = 40;
    private static final int MOST_POINTS = 600;

    /** The width of a letter, and of a value with the room around it. */
    private static final double LETTER = 7.2;

    private static final int VALUE = 76;
    private static final int LONGEST_NAME = 40;

    private record Label(String name, String colour, double y, String value) {}

    private final int width;
    private final int height;
    private final int right;
    private final long lastStep;
    private final DoubleUnaryOperator share;
    private final List<Label> labels = new ArrayList<>();
    private final Svg svg;

    /**
     * What a plot shows.
     *
     * @param about a description for readers who do not see the plot
     * @param names of the lines; they decide how much room there is for labels
     * @param share the position of a value between the lower end (0) and the upper one (1)
     */
    record Subject(String about, int height, List<String> names, long lastStep, DoubleUnaryOperator share) {}

    private Plot(Subject subject, boolean wide) {
        width = wide ? WIDE : NARROW;
        height = subject.height();
        int longest = subject.names().stream()
                .mapToInt(name -> shortened(name).length())
                .max()
                .orElse(0);
        right = VALUE + (wide ? (int) (longest * LETTER) : 0);
        lastStep = subject.lastStep();
        share = subject.share();
        svg = new Svg("chart", width, height, subject.about());
    }

    /** The plot for wide screens and, without the names of lines, for narrow ones, with a note below. */
    static String inPage(Subject subject, Consumer<Plot> content, String note) {
        Plot wide = new Plot(subject, true);
        content.accept(wide);
        Plot narrow = new Plot(subject, false);
        content.accept(narrow);
        return "<div class=\"forwide\">\n" + wide.finished() + "</div>\n<div class=\"fornarrow\">\n" + narrow.finished()
                + "</div>\n<p class=\"note\">" + note + "</p>\n";
    }

    private static String shortened(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…";
    }

    /** The marks of both axes, and the meaning of the values. */
    void frame(List<Double> ticks, DoubleFunction<String> label, String caption) {
        for (double tick : ticks) {
            svg.line("grid", LEFT, y(tick), (double) width - right, y(tick));
            svg.text("tick n", LEFT - 8, y(tick) + 4, label.apply(tick));
        }
        double last = -width;
        for (double tick : Axis.over(0, (double) lastStep).ticks()) {
            if (tick <= lastStep && x((long) tick) - last > VALUE) {
                last = x((long) tick);
                svg.text("tick m", last, height - BOTTOM + 20, NumberFormats.count((long) tick));
            }
        }
        svg.text("tick m", (LEFT + width - right) / 2.0, height - 4, "step");
        svg.text("tick", 0, 12, caption);
    }

    /** A line through the finite points; a long line uses only some of them. */
    void line(String style, List<CurvePoint> points) {
        List<CurvePoint> finite =
                points.stream().filter(point -> Double.isFinite(point.value())).toList();
        if (finite.size() < 2) {
            return;
        }
        int every = (finite.size() + MOST_POINTS - 1) / MOST_POINTS;
        StringBuilder places = new StringBuilder();
        for (int i = 0; i < finite.size(); i++) {
            if (i % every == 0 || i == finite.size() - 1) {
                CurvePoint point = finite.get(i);
                places.append(Svg.point(x(point.step()), y(point.value())));
            }
        }
        svg.curve(style, places.toString());
    }

    /** A dot with a tooltip. */
    void dot(String style, CurvePoint point, String remark) {
        svg.dot(style, x(point.step()), y(point.value()), 3.5, remark);
    }

    /** The name of a line, beside its end. */
    void label(String name, String colour, double end, String value) {
        labels.add(new Label(name, colour, y(end), value));
    }

    private String finished() {
        List<Label> sorted =
                labels.stream().sorted(Comparator.comparingDouble(Label::y)).toList();
        // From the bottom up, so that no label covers another: lines end close together near the bottom, and there is
        // room above.
        double limit = height - BOTTOM;
        for (int i = sorted.size() - 1; i >= 0; i--) {
            Label label = sorted.get(i);
            double at = Math.min(label.y() + 4, limit);
            limit = at - 17;
            String name = width == WIDE ? " <tspan>" + Html.escape(shortened(label.name())) + "</tspan>" : "";
            svg.add(
                    "<text class=\"label %s\" x=\"%d\" y=\"%.1f\">%s%s</text>",
                    label.colour(), width - right + 10, at, Html.escape(label.value()), name);
        }
        return svg.inPage();
    }

    private double x(long step) {
        return LEFT + (double) step / lastStep * (width - LEFT - right);
    }

    private double y(double value) {
        return height - BOTTOM - share.applyAsDouble(value) * (height - TOP - BOTTOM);
    }
}
