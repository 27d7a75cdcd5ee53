package dev.lancet.runtime.report.page;

import java.util.Locale;

/** A picture as SVG. The page or {@link #file} sets the colours, so that a picture follows the light or dark mode. */
public final class Svg {

    private final StringBuilder marks = new StringBuilder();
    private final String about;
    private final int width;
    private final int height;
    private final String style;

    /**
     * An empty picture.
     *
     * @param style its CSS class
     * @param about a description for readers who do not see it
     */
    public Svg(String style, int width, int height, String about) {
        this.style = style;
        this.width = width;
        this.height = height;
        this.about = about;
    }

    /** A straight line. */
    public Svg line(String style, double x1, double y1, double x2, double y2) {
        return add("<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", style, x1, y1, x2, y2);
    }

    /** A rectangle. */
    public Svg box(String style, double x, double y, double width, double height) {
        return add(
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                style, x, y, Math.max(0, width), Math.max(0, height));
    }

    /** A line through points, given as {@code "x,y x,y"}; see {@link #point}. */
    public Svg curve(String style, String points) {
        return add("<polyline class=\"%s\" points=\"%s\"/>", style, points.strip());
    }

    /** A point of a curve, followed by a blank. */
    public static String point(double x, double y) {
        return String.format(Locale.ROOT, "%.1f,%.1f ", x, y);
    }

    /** A dot with a remark that a pointer shows. */
    public Svg dot(String style, double x, double y, double radius, String remark) {
        return add(
                "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>%s</title></circle>",
                style, x, y, radius, Html.escape(remark));
    }

    /** A text. */
    public Svg text(String style, double x, double y, String text) {
        return add("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>", style, x, y, Html.escape(text));
    }

    /** Markup; text in it must be escaped. */
    public Svg add(String format, Object... values) {
        marks.append(String.format(Locale.ROOT, format, values)).append('\n');
        return this;
    }

    /** The picture as a part of a page. */
    public String inPage() {
        return "<svg class=\"" + style + "\" viewBox=\"0 0 " + width + " " + height + "\" role=\"img\" aria-label=\""
                + Html.escape(about) + "\">\n" + marks + "</svg>\n";
    }

    /** The picture as a file of its own, with its style. */
    public String file() {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"" + style + " alone\" viewBox=\"0 0 " + width + " "
                + height + "\" width=\"" + width + "\" height=\"" + height + "\" role=\"img\" aria-label=\""
                + Html.escape(about) + "\">\n<style>\n" + Html.style() + "</style>\n" + marks + "</svg>\n";
    }
}
