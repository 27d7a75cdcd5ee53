package dev.lancet.runtime.report.compression;

import dev.lancet.compression.TruncatedSpectrum;
import dev.lancet.compression.TruncatedSpectrum.Curve;
import dev.lancet.runtime.report.page.Html;
import dev.lancet.runtime.report.page.NumberFormats;
import dev.lancet.runtime.report.page.Svg;
import java.util.ArrayList;
import java.util.List;

/** The singular values of a layer that was cut to a lower rank, plain and whitened, with the cut. */
final class SpectrumChart {

    private static final int WIDTH = 340;
    private static final int HEIGHT = 190;
    private static final int LEFT = 40;
    private static final int RIGHT = 10;
    private static final int TOP = 8;
    private static final int BOTTOM = 24;

    /** Values below are drawn at the bottom. */
    private static final double LEAST = 1e-4;

    private static final List<String> MARKS = List.of("1", "0.1", "0.01", "10⁻³", "10⁻⁴");
    private static final double ROOM = 60;

    private final String name;
    private final TruncatedSpectrum spectrum;
    private final double least;

    private SpectrumChart(String name, TruncatedSpectrum spectrum) {
        this.name = name;
        this.spectrum = spectrum;
        double smallest = curves(spectrum).stream()
                .flatMap(curve -> curve.values().stream())
                .mapToDouble(TruncatedSpectrum.Value::share)
                .min()
                .orElse(LEAST);
        least = Math.pow(10, Math.floor(Math.log10(Math.max(LEAST, Math.min(0.1, smallest)))));
    }

    private static List<Curve> curves(TruncatedSpectrum spectrum) {
        List<Curve> all = new ArrayList<>();
        spectrum.plain().ifPresent(all::add);
        spectrum.whitened().ifPresent(all::add);
        return all;
    }

    /** The chart with its caption. */
    static String of(ChangedLayer layer, TruncatedSpectrum spectrum) {
        return new SpectrumChart(layer.name(), spectrum).figure(ErrorScale.style(layer.error()));
    }

    private String figure(String colour) {
        Svg svg = new Svg("chart small", WIDTH, HEIGHT, "Singular values of " + name);
        svg.box("dropped", x(spectrum.rank() + 0.5), TOP, WIDTH - RIGHT - x(spectrum.rank() + 0.5), bottom() - TOP);
        for (double mark = 1; mark >= least * 0.99; mark /= 10) {
            svg.line("grid", LEFT, y(mark), WIDTH - RIGHT, y(mark));
            svg.text("tick n", LEFT - 6, y(mark) + 4, MARKS.get((int) Math.round(-Math.log10(mark))));
        }
        svg.text("tick", LEFT, HEIGHT - 6, "1");
        svg.text("tick n", WIDTH - RIGHT, HEIGHT - 6, NumberFormats.count(spectrum.count()));
        spectrum.plain().ifPresent(curve -> svg.curve("mean plain", points(curve)));
        spectrum.whitened().ifPresent(curve -> svg.curve("mean whitened", points(curve)));
        double cut = x(spectrum.rank() + 0.5);
        svg.line("cut " + colour, cut, TOP, cut, bottom());
        // Left of the cut, below the curves, there is room unless the cut is near the left end.
        boolean right = cut < LEFT + ROOM;
        svg.text(
                "mark " + colour + (right ? "" : " n"),
                cut + (right ? 5 : -5),
                bottom() - 6,
                "rank " + spectrum.rank());
        return "<figure class=\"spectrum\"><figcaption>" + Html.name(name) + " <small>" + kept()
                + "</small></figcaption>\n" + svg.inPage() + "</figure>\n";
    }

    /** What the cut keeps, in shares of the squares. */
    private String kept() {
        List<String> parts = new ArrayList<>();
        spectrum.plain().ifPresent(curve -> parts.add(NumberFormats.percent(curve.kept()) + " of the matrix"));
        spectrum.whitened().ifPresent(curve -> parts.add(NumberFormats.percent(curve.kept()) + " of the output"));
        return "keeps " + String.join(", ", parts);
    }

    private String points(Curve curve) {
        StringBuilder points = new StringBuilder();
        curve.values().forEach(value -> points.append(Svg.point(x(value.index()), y(value.share()))));
        return points.toString();
    }

    private static double bottom() {
        return (double) HEIGHT - BOTTOM;
    }

    private double x(double index) {
        return LEFT + (index - 1) / Math.max(1, spectrum.count() - 1) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double share) {
        return TOP + Math.log10(Math.max(least, share)) / Math.log10(least) * (bottom() - TOP);
    }
}
