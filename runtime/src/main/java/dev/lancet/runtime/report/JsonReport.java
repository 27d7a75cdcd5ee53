package dev.lancet.runtime.report;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.plan.Step;
import dev.lancet.runtime.report.page.ReportFiles;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A report for programs. Values that were not measured are null, and so are numbers that JSON does not have, such as NaN.
 */
final class JsonReport {

    private final Report report;

    JsonReport(Report report) {
        this.report = report;
    }

    @Override
    public String toString() {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("title", report.title());
        ArrayNode models = root.putArray("models");
        report.models().forEach(model -> add(models.addObject(), model));
        if (!report.tasks().isEmpty()) {
            ArrayNode tasks = root.putArray("tasks");
            report.tasks().forEach(one -> add(tasks.addObject(), one));
        }
        ArrayNode steps = root.putArray("steps");
        report.cuts().forEach(cut -> add(steps.addObject(), cut));
        ArrayNode curves = root.putArray("curves");
        for (TrainingCurves curve : report.curves()) {
            ObjectNode node = curves.addObject().put("model", curve.model());
            points(node.putArray("training"), curve.training());
            points(node.putArray("validation"), curve.validation());
            points(node.putArray("tokens_per_second"), curve.speed());
        }
        ArrayNode samples = root.putArray("samples");
        report.samples().forEach(sample -> samples.addObject()
                .put("model", sample.model())
                .put("prompt", sample.prompt())
                .put("continuation", sample.continuation()));
        ObjectNode facts = root.putObject("facts");
        report.facts().forEach(facts::put);
        report.recipe().ifPresent(text -> root.put("recipe", text));
        return ReportFiles.json(root);
    }

    private static void add(ObjectNode node, ReportedModel model) {
        node.put("name", model.name());
        node.put("parameters", model.parameters());
        node.put("bytes", model.bytes());
        node.put("bytes_before", model.bytesBefore());
        node.put("compression", model.compression());
        put(node, "tokens_per_second", model.measured().tokensPerSecond());
        put(node, "generated_tokens_per_second", model.measured().written());
        put(node, "validation_loss", model.measured().validationLoss());
        put(node, "perplexity", model.measured().perplexity());
        if (model.measured().cosine().isPresent()) {
            put(node, "cosine", model.measured().cosine());
        }
        if (!model.repeats().isEmpty()) {
            put(node, "validation_loss_spread", model.spread());
            ArrayNode seeds = node.putArray("seeds");
            model.repeats().forEach(repeat -> seeds.addObject()
                    .put("seed", repeat.seed())
                    .put("validation_loss", repeat.loss())
                    .put("tokens_per_second", repeat.tokensPerSecond())
                    .put("seconds", repeat.seconds()));
        }
    }

    private static void add(ObjectNode node, ReportedTaskScores tasks) {
        node.put("model", tasks.model());
        node.put("trained_parameters", tasks.trained().orElse(0));
        put(node, "seconds", tasks.seconds());
        ArrayNode scores = node.putArray("scores");
        for (ReportedTaskScores.Score score : tasks.scores()) {
            ObjectNode one = scores.addObject().put("task", score.task()).put("majority", score.majority());
            ArrayNode accuracies = one.putArray("accuracy");
            score.accuracies().forEach(accuracies::add);
            ArrayNode macroF1s = one.putArray("macro_f1");
            score.macroF1s().forEach(macroF1s::add);
        }
    }

    private static void add(ObjectNode node, Report.Cut cut) {
        Step step = cut.step();
        node.put("model", cut.model());
        node.put("name", step.weight().name());
        node.put("rows", step.weight().rows());
        node.put("columns", step.weight().columns());
        node.put("kept", cut.keeps());
        if (step.rank().isPresent()) {
            node.put("rank", step.rank().getAsInt());
        } else {
            node.putNull("rank");
        }
        step.between().ifPresent(curve -> node.put("between", curve.name().toLowerCase(Locale.ROOT)));
        step.initialisation()
                .ifPresent(how -> node.put("initialisation", how.name().toLowerCase(Locale.ROOT)));
        step.adapter().ifPresent(some -> node.put("adapter", some.toString()));
        step.correction().ifPresent(some -> node.putObject("correction")
                .put("rank", some.rank())
                .put("precision", some.precision().format().name().toLowerCase(Locale.ROOT)));
        node.put("bits", step.precision().bits());
        node.put("group", step.precision().group());
        if (step.precision().zeroPoints()) {
            node.put("asymmetric", true);
        }
        if (step.precision().compactScales()) {
            node.put("double_quantized", true);
        }
        node.put("bytes_before", step.weight().bytes());
        node.put("bytes", step.bytes());
        node.put("because", step.because());
        put(node, "predicted_error", step.predictedError());
        put(node, "error", measured(cut, Fidelity::relativeFrobenius));
        put(node, "sqnr_db", measured(cut, Fidelity::sqnrDb));
        put(node, "seconds", measured(cut, Fidelity::seconds));
    }

    private static OptionalDouble measured(Report.Cut cut, ToDoubleFunction<Fidelity> measure) {
        return cut.fidelity().stream().mapToDouble(measure).findFirst();
    }

    private static void points(ArrayNode array, List<CurvePoint> points) {
        for (CurvePoint point : points) {
            ArrayNode pair = array.addArray().add(point.step());
            if (Double.isFinite(point.value())) {
                pair.add(point.value());
            } else {
                pair.addNull();
            }
        }
    }

    private static void put(ObjectNode node, String name, OptionalDouble value) {
        if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
            node.put(name, value.getAsDouble());
        } else {
            node.putNull(name);
        }
    }
}
