package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.report.compression.PlanDocument;
import dev.lancet.runtime.report.compression.QualityDocument;
import dev.lancet.runtime.run.CandidateResult;
import dev.lancet.runtime.run.RecipeRun;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.train.log.TrainingLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The outcome of a recipe as a JSON document. */
final class RunDocument {

    private RunDocument() {}

    static Map<String, @Nullable Object> of(RecipeRun.Outcome outcome) {
        List<Map<String, @Nullable Object>> candidates =
                outcome.finished().stream().map(RunDocument::candidate).toList();
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("recipe", outcome.report().title());
        if (!candidates.isEmpty()) {
            Map<String, @Nullable Object> last = candidates.get(candidates.size() - 1);
            document.put("model", last.get("model"));
            document.put("plan", last.get("plan"));
        }
        document.put("training", gathered(candidates, "training"));
        document.put("evaluation", gathered(candidates, "evaluation"));
        document.put("candidates", candidates);
        document.put(
                "outputs",
                Stream.concat(
                                outcome.finished().stream().flatMap(one -> one.saved().stream()),
                                outcome.files().stream())
                        .map(Path::toString)
                        .toList());
        return document;
    }

    private static List<Object> gathered(List<Map<String, @Nullable Object>> candidates, String key) {
        List<Object> all = new ArrayList<>();
        for (Map<String, @Nullable Object> candidate : candidates) {
            if (candidate.get(key) instanceof List<?> some) {
                all.addAll(some);
            }
        }
        return all;
    }

    private static Map<String, @Nullable Object> candidate(CandidateResult one) {
        String name = one.candidate().name();
        Map<String, @Nullable Object> model = new LinkedHashMap<>();
        model.put("candidate", name);
        one.transformer().ifPresent(declared -> {
            model.put("name", declared.name());
            model.put("architecture", declared.toString());
        });
        model.put("parameters", one.plan().parametersAfter());
        model.put("bytes", one.plan().bytesAfter());
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("name", name);
        document.put("seed", one.seed());
        document.put("model", model);
        document.put("plan", PlanDocument.of(one.plan(), one.losses()));
        document.put(
                "training", one.log().map(log -> training(name, log)).stream().toList());
        document.put(
                "evaluation",
                Stream.concat(
                                one.measured().stream().map(measured -> evaluation(name, measured)),
                                one.tasks().stream().map(task -> evaluation(name, task)))
                        .toList());
        document.put("samples", one.samples());
        one.calibrated().map(QualityDocument::of).ifPresent(document::putAll);
        one.quality().map(QualityDocument::of).ifPresent(document::putAll);
        return document;
    }

    private static Map<String, @Nullable Object> training(String name, TrainingLog log) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("candidate", name);
        document.putAll(training(log));
        return document;
    }

    /** The figures of a training. */
    static Map<String, @Nullable Object> training(TrainingLog log) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("steps", log.steps());
        document.put("tokens", log.tokens());
        document.put("tokens_per_second", LancetCommand.finite(log.tokensPerSecond()));
        document.put("loss", LancetCommand.finite(log.loss()));
        document.put("validation_loss", LancetCommand.finite(log.validationLoss()));
        document.put("seconds", log.seconds());
        if (log.communicationShare().isPresent()) {
            document.put("communication_share", LancetCommand.finite(log.communicationShare()));
            document.put("bytes_sent", log.bytesSent());
        }
        document.put("best_step", log.best().map(TrainingLog.Validation::step).orElse(null));
        return document;
    }

    private static Map<String, @Nullable Object> evaluation(String name, TaskResult task) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("candidate", name);
        document.putAll(TaskDocument.of(task));
        return document;
    }

    private static Map<String, @Nullable Object> evaluation(String name, Perplexity measured) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("candidate", name);
        document.put("perplexity", LancetCommand.finite(measured.value()));
        document.put("loss", measured.loss());
        document.put("tokens", measured.tokens());
        return document;
    }
}
