package dev.lancet.runtime.report.compression;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Correction;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A plan as a JSON document: the totals, every matrix that changes, and every other matrix with the reason. */
public final class PlanDocument {

    private PlanDocument() {}

    /** A plan that was not carried out. */
    public static Map<String, @Nullable Object> of(Plan plan) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("model", plan.model());
        document.put("parameters_before", plan.parametersBefore());
        document.put("parameters_after", plan.parametersAfter());
        document.put("bytes_before", plan.bytesBefore());
        document.put("bytes_after", plan.bytesAfter());
        document.put("compression", plan.compression());
        document.put("memory_bytes", plan.memory());
        document.put("steps", plan.changed().stream().map(PlanDocument::step).toList());
        document.put("kept", plan.kept().stream().map(PlanDocument::kept).toList());
        return document;
    }

    /** The same for a plan that was carried out, with the approximation error of every matrix. */
    public static Map<String, @Nullable Object> of(Plan plan, List<Fidelity> losses) {
        Map<String, @Nullable Object> document = of(plan);
        List<Step> changed = changed(plan, losses);
        document.put(
                "steps", changed.stream().map(step -> measured(step, losses)).toList());
        document.put(
                "kept",
                plan.kept().stream()
                        .filter(step -> !changed.contains(step))
                        .map(PlanDocument::kept)
                        .toList());
        return document;
    }

    /** The steps that changed their matrix: those with another form, and those with other values in the same form. */
    public static List<Step> changed(Plan plan, List<Fidelity> losses) {
        Set<String> measured = losses.stream().map(Fidelity::weight).collect(Collectors.toSet());
        return plan.steps().stream()
                .filter(step -> !step.keeps() || measured.contains(step.weight().name()))
                .toList();
    }

    private static Map<String, @Nullable Object> measured(Step step, List<Fidelity> losses) {
        Map<String, @Nullable Object> entry = step(step);
        losses.stream()
                .filter(loss -> loss.weight().equals(step.weight().name()))
                .forEach(loss -> {
                    entry.put(
                            "method",
                            loss.methods().isEmpty()
                                    ? null
                                    : loss.methods().stream()
                                            .map(method -> method.name().toLowerCase(Locale.ROOT))
                                            .collect(Collectors.joining(", ")));
                    entry.put("error", QualityDocument.finite(loss.relativeFrobenius()));
                    entry.put(
                            "output_error",
                            QualityDocument.finite(loss.outputError().orElse(Double.NaN)));
                    entry.put("sqnr_db", QualityDocument.finite(loss.sqnrDb()));
                    entry.put("seconds", loss.seconds());
                });
        return entry;
    }

    private static Map<String, @Nullable Object> step(Step step) {
        Map<String, @Nullable Object> entry = matrix(step);
        Precision precision = step.precision();
        entry.put("rank", step.rank().isPresent() ? step.rank().getAsInt() : null);
        step.between().ifPresent(curve -> entry.put("between", curve.name().toLowerCase(Locale.ROOT)));
        step.initialisation()
                .ifPresent(how -> entry.put("initialisation", how.name().toLowerCase(Locale.ROOT)));
        step.adapter().ifPresent(some -> entry.put("adapter", some.toString()));
        step.correction().ifPresent(some -> entry.put("correction", correction(some)));
        entry.put("precision", precision.format().name().toLowerCase(Locale.ROOT));
        entry.put("bits", precision.bits());
        entry.put("group", precision.group() == 0 ? null : precision.group());
        if (precision.zeroPoints()) {
            entry.put("asymmetric", true);
        }
        if (precision.compactScales()) {
            entry.put("double_quantized", true);
        }
        entry.put("bytes_before", step.weight().bytes());
        entry.put("bytes", step.bytes());
        entry.put(
                "predicted_error",
                step.predictedError().isPresent() ? step.predictedError().getAsDouble() : null);
        entry.put("because", step.because());
        return entry;
    }

    /** The rank of a correction, and how its two matrices are stored. */
    public static Map<String, Object> correction(Correction correction) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("rank", correction.rank());
        entry.put("precision", correction.precision().format().name().toLowerCase(Locale.ROOT));
        return entry;
    }

    private static Map<String, @Nullable Object> kept(Step step) {
        Map<String, @Nullable Object> entry = matrix(step);
        entry.put("bytes", step.bytes());
        entry.put("because", step.because());
        return entry;
    }

    private static Map<String, @Nullable Object> matrix(Step step) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("name", step.weight().name());
        entry.put("role", step.weight().role().name().toLowerCase(Locale.ROOT));
        entry.put("rows", step.weight().rows());
        entry.put("columns", step.weight().columns());
        return entry;
    }
}
