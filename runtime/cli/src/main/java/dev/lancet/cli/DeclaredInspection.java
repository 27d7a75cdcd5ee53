package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.PrintableText;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.report.compression.PlanDocument;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The output of {@code lancet inspect} for a declared model. */
final class DeclaredInspection {

    private DeclaredInspection() {}

    static LancetCommand.Answer of(String format, Checkpoint model) {
        Plan plan = model.plan();
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("model", model.transformer().name());
        document.put("format", format);
        document.put("architecture", model.transformer().toString());
        document.put("parameters", plan.parametersAfter());
        document.put("bytes", model.bytes());
        document.put("flops_per_token", model.transformer().flopsPerToken());
        document.put(
                "layers", plan.steps().stream().map(step -> layer(model, step)).toList());
        return new LancetCommand.Answer(document, text(format, model));
    }

    private static Map<String, @Nullable Object> layer(Checkpoint model, Step step) {
        Map<String, @Nullable Object> layer = new LinkedHashMap<>();
        layer.put("name", step.weight().name());
        layer.put("role", step.weight().role().name().toLowerCase(Locale.ROOT));
        layer.put("rows", step.weight().rows());
        layer.put("columns", step.weight().columns());
        layer.put("rank", step.rank().isPresent() ? step.rank().getAsInt() : null);
        layer.put("dtype", model.dtype(step));
        step.correction().ifPresent(some -> layer.put("correction", PlanDocument.correction(some)));
        step.adapter().ifPresent(beside -> layer.put("adapter", beside.toString()));
        layer.put("bytes", model.bytes(step));
        return layer;
    }

    private static String text(String format, Checkpoint model) {
        Plan plan = model.plan();
        List<Step> steps = plan.steps();
        int name = steps.stream()
                .mapToInt(step -> step.weight().name().length())
                .max()
                .orElse(1);
        int shape = steps.stream()
                .mapToInt(step -> step.weight().shape().toString().length())
                .max()
                .orElse(1);
        StringBuilder text = new StringBuilder(format)
                .append(": ")
                .append(PrintableText.line(model.transformer().summary()))
                .append('\n');
        for (Step step : steps) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-" + name + "s  %-" + shape + "s  %-9s  %,13d bytes  %s%n",
                    step.weight().name(),
                    step.weight().shape(),
                    step.weight().role().name().toLowerCase(Locale.ROOT),
                    model.bytes(step),
                    InspectedMatrix.form(model, step)));
        }
        return text.append(String.format(
                        Locale.ROOT, "stored: %,d parameters, %,d bytes%n", plan.parametersAfter(), plan.bytesAfter()))
                .toString();
    }
}
