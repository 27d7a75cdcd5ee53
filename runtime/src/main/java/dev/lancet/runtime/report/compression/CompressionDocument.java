package dev.lancet.runtime.report.compression;

import dev.lancet.compression.TruncatedSpectrum;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.budget.QualityCurve;
import dev.lancet.runtime.compress.CalibratedCompression.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The results of {@code compress} and {@code choose} as JSON has them. */
final class CompressionDocument {

    private CompressionDocument() {}

    static Map<String, @Nullable Object> of(CompressionReport report) {
        Map<String, @Nullable Object> document = PlanDocument.of(report.plan(), report.losses());
        Map<String, ChangedLayer> changed = new LinkedHashMap<>();
        report.changed().forEach(layer -> changed.put(layer.name(), layer));
        if (document.get("steps") instanceof List<?> steps) {
            document.put(
                    "steps", steps.stream().map(step -> searched(step, changed)).toList());
        }
        Map<String, @Nullable Object> quality =
                report.quality().map(QualityDocument::of).orElseGet(QualityDocument::unmeasured);
        quality.put("warnings", report.warnings());
        quality.put(
                "warning",
                report.warnings().isEmpty() ? null : report.warnings().get(0));
        document.put("quality", quality);
        report.outcome()
                .flatMap(Outcome::recovered)
                .ifPresent(recovered -> document.put("recovery", QualityDocument.of(recovered)));
        List<Map<String, @Nullable Object>> points = report.outcome().stream()
                .flatMap(outcome -> outcome.tried().stream()
                        .map(one -> point(one, one.equals(outcome.tried().get(0)))))
                .toList();
        if (!points.isEmpty()) {
            document.put("points", points);
        }
        return document;
    }

    private static Object searched(@Nullable Object step, Map<String, ChangedLayer> changed) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        if (step instanceof Map<?, ?> known) {
            known.forEach((name, value) -> entry.put(String.valueOf(name), value));
        }
        ChangedLayer layer = changed.get(String.valueOf(entry.get("name")));
        if (layer != null && layer.measured().isPresent()) {
            entry.put("sensitivity", QualityDocument.finite(layer.sensitivity().orElse(Double.NaN)));
            entry.put(
                    "predicted_loss",
                    QualityDocument.finite(layer.predictedLoss().orElse(Double.NaN)));
        }
        return entry;
    }

    static Map<String, @Nullable Object> complete(CompressionReport report) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("title", report.title());
        document.put("verdict", report.verdict());
        document.putAll(of(report));
        document.put("bytes_stored_before", report.before().bytesAfter());
        document.put(
                "spectra",
                report.changed().stream()
                        .flatMap(layer -> layer.loss().spectrum().map(some -> spectrum(layer.name(), some)).stream())
                        .toList());
        document.put("command", report.command().command());
        document.put("facts", report.command().facts());
        return document;
    }

    private static Map<String, @Nullable Object> spectrum(String name, TruncatedSpectrum spectrum) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("name", name);
        entry.put("rank", spectrum.rank());
        entry.put("count", spectrum.count());
        entry.put("plain", curve(spectrum.plain()));
        entry.put("whitened", curve(spectrum.whitened()));
        return entry;
    }

    private static @Nullable Object curve(Optional<TruncatedSpectrum.Curve> curve) {
        return curve.map(some -> Map.of(
                        "kept",
                        some.kept(),
                        "values",
                        some.values().stream()
                                .map(value -> List.<Number>of(value.index(), value.share()))
                                .toList()))
                .orElse(null);
    }

    /** What {@code choose} measured. */
    static Map<String, @Nullable Object> of(Plan before, QualityCurve curve) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("model", before.model());
        document.put("bytes_before", before.bytesBefore());
        document.put(
                "points",
                curve.points().stream()
                        .map(point -> {
                            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
                            entry.put("size", point.size());
                            entry.putAll(point(point.tried(), point.best()));
                            return entry;
                        })
                        .toList());
        return document;
    }

    private static Map<String, @Nullable Object> point(BudgetSearch.Tried tried, boolean best) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("bytes", tried.plan().bytesAfter());
        entry.put("compression", tried.plan().compression());
        entry.put("setting", tried.setting());
        entry.put("best", best);
        entry.put("quality", QualityDocument.of(tried.quality()));
        return entry;
    }
}
