package dev.lancet.runtime.report.compression;

import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.report.page.Axis;
import dev.lancet.runtime.report.page.LogAxis;
import dev.lancet.runtime.report.page.NumberFormats;
import dev.lancet.runtime.report.page.Svg;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Quality against bytes, both logarithmic: the chosen forms as a line of dots, the uniform settings as circles. */
final class QualityChart {

    private static final int LEFT = 64;
    private static final int RIGHT = 24;
    private static final int TOP = 34;
    private static final int BOTTOM = 42;
    private static final double LETTER = 7.3;
    private static final double LINE = 14;
    private static final double MARGIN = 1.15;
    private static final double APART = 70;
    private static final double LINE_PART = 0.04;
    private static final int FEWEST_TICKS = 3;
    private static final double NOTHING_LOST = 1e-9;

    private final List<BudgetSearch.Tried> points;
    private final LogAxis across;
    private final LogAxis up;
    private final boolean language;
    private final int width;
    private final int height;
    private final Svg svg;
    private final List<Box> taken = new ArrayList<>();

    private record Box(double x, double y, double width, double height) {

        boolean intersects(Box other) {
            return x < other.x + other.width
                    && other.x < x + width
                    && y < other.y + other.height
                    && other.y < y + height;
        }

        boolean holds(Box other) {
            return x <= other.x
                    && other.x + other.width <= x + width
                    && y <= other.y
                    && other.y + other.height <= y + height;
        }
    }

    private QualityChart(List<BudgetSearch.Tried> points, int width, int height) {
        this.points = points;
        this.width = width;
        this.height = height;
        language = points.stream().anyMatch(one -> one.quality().language().isPresent());
        across = axis(
                points.stream().map(one -> (double) one.plan().bytesAfter()).toList());
        up = axis(points.stream().map(QualityChart::distance).toList());
        svg = new Svg("chart quality", width, height, "Quality against bytes");
    }

    private static LogAxis axis(List<Double> values) {
        double least = values.stream().min(Comparator.naturalOrder()).orElse(1.0);
        double most = values.stream().max(Comparator.naturalOrder()).orElse(1.0);
        return new LogAxis(least / MARGIN, most * MARGIN);
    }

    private static double distance(BudgetSearch.Tried one) {
        return Math.max(NOTHING_LOST, one.quality().distance());
    }

    /** The settings that a chart can show, each once. */
    private static List<BudgetSearch.Tried> drawable(List<BudgetSearch.Tried> all) {
        Map<String, BudgetSearch.Tried> once = new LinkedHashMap<>();
        all.stream()
                .filter(one -> Double.isFinite(one.quality().distance()))
                .forEach(one -> once.putIfAbsent(one.setting() + one.plan().bytesAfter(), one));
        return List.copyOf(once.values());
    }

    /** The chart, empty if there are fewer than two points; a wide one and a narrow one, of which a screen shows one. */
    static String inPage(List<BudgetSearch.Tried> all) {
        List<BudgetSearch.Tried> points = drawable(all);
        return points.size() < 2
                ? ""
                : "<div class=\"forwide\">\n"
                        + new QualityChart(points, 820, 400).drawn().inPage()
                        + "</div>\n<div class=\"fornarrow\">\n"
                        + new QualityChart(points, 380, 340).drawn().inPage()
                        + "</div>\n";
    }

    /** The chart as a file of its own. */
    static String file(List<BudgetSearch.Tried> all) {
        return new QualityChart(drawable(all), 820, 400).drawn().file();
    }

    private Svg drawn() {
        for (double tick : ticks(up)) {
            svg.line("grid", LEFT, y(tick), width - RIGHT, y(tick));
            svg.text("tick n", LEFT - 8, y(tick) + 4, LogAxis.label(tick));
        }
        double last = -100;
        for (double tick : ticks(across)) {
            if (x(tick) - last > APART) {
                last = x(tick);
                svg.text("tick m", last, height - BOTTOM + 20, NumberFormats.bytes((long) tick));
            }
        }
        svg.text("tick m", (LEFT + width - RIGHT) / 2.0, height - 4, "bytes of the model, logarithmic");
        svg.text(
                "tick",
                4,
                14,
                language
                        ? "KL divergence from the original, nats, logarithmic"
                        : "1 − cosine of the outputs, logarithmic");
        List<BudgetSearch.Tried> chosen = points.stream()
                .filter(QualityChart::chosen)
                .sorted(Comparator.comparingLong(one -> one.plan().bytesAfter()))
                .toList();
        StringBuilder line = new StringBuilder();
        chosen.forEach(one -> line.append(Svg.point(x(one), y(one))));
        if (chosen.size() > 1) {
            svg.curve("mean c2", line.toString());
        }
        keepFree(chosen);
        points.forEach(one -> taken.add(new Box(x(one) - 6, y(one) - 6, 12, 12)));
        points.forEach(
                one -> svg.dot(chosen(one) ? "chosen c2" : "c0", x(one), y(one), chosen(one) ? 5 : 4, remark(one)));
        chosen.forEach(one -> label("c2", one));
        points.stream().filter(one -> !chosen(one)).forEach(one -> label("c0", one));
        return svg;
    }

    /** Round numbers; evenly spaced ones where the range is too narrow for others. */
    private static List<Double> ticks(LogAxis axis) {
        return axis.ticks().size() >= FEWEST_TICKS
                ? axis.ticks()
                : Axis.over(axis.least(), axis.most()).ticks().stream()
                        .filter(tick -> tick >= axis.least() && tick <= axis.most())
                        .toList();
    }

    /** Keeps labels off the line. */
    private void keepFree(List<BudgetSearch.Tried> line) {
        for (int i = 1; i < line.size(); i++) {
            for (double part = 0; part < 1; part += LINE_PART) {
                double x = x(line.get(i - 1)) + part * (x(line.get(i)) - x(line.get(i - 1)));
                double y = y(line.get(i - 1)) + part * (y(line.get(i)) - y(line.get(i - 1)));
                taken.add(new Box(x - 2, y - 2, 4, 4));
            }
        }
    }

    private static boolean chosen(BudgetSearch.Tried one) {
        return one.setting().equals("chosen");
    }

    private static String remark(BudgetSearch.Tried one) {
        return QualityWords.form(one.setting()) + ": "
                + NumberFormats.bytes(one.plan().bytesAfter()) + ", " + QualityWords.change(one.quality());
    }

    /** Writes the name of a point beside it, where nothing else stands. */
    private void label(String colour, BudgetSearch.Tried one) {
        String text = chosen(one)
                ? NumberFormats.times(one.plan().compression())
                : QualityWords.form(one.setting()).replaceFirst("^uniform ", "");
        double wide = text.length() * LETTER;
        double[][] places = {
            {x(one) + 9, y(one) + 4},
            {x(one) - 9 - wide, y(one) + 4},
            {x(one) - wide / 2, y(one) - 10},
            {x(one) - wide / 2, y(one) + 20},
            {x(one) + 9, y(one) - 9},
            {x(one) - 9 - wide, y(one) + 17},
            {x(one) + 9, y(one) + 17}
        };
        for (double[] place : places) {
            Box box = new Box(place[0], place[1] - LINE + 3, wide, LINE);
            boolean inside = new Box(LEFT, TOP - LINE, width - LEFT - 2.0, height - TOP - BOTTOM + LINE + 4).holds(box);
            if (inside && taken.stream().noneMatch(box::intersects)) {
                taken.add(box);
                svg.text("label " + colour, place[0], place[1], text);
                return;
            }
        }
    }

    private double x(BudgetSearch.Tried one) {
        return x((double) one.plan().bytesAfter());
    }

    private double x(double bytes) {
        return LEFT + across.share(bytes) * (width - LEFT - RIGHT);
    }

    private double y(BudgetSearch.Tried one) {
        return y(distance(one));
    }

    private double y(double distance) {
        return height - BOTTOM - up.share(distance) * (height - TOP - BOTTOM);
    }
}
