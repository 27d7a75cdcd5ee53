package dev.lancet.runtime.run;

import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.SelfGuidance;
import dev.lancet.dsl.recipe.Stage;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityText;
import dev.lancet.runtime.compress.OutcomeText;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.report.CurvePoint;
import dev.lancet.runtime.report.Report;
import dev.lancet.runtime.report.ReportedModel;
import dev.lancet.runtime.report.ReportedTaskScores;
import dev.lancet.runtime.report.TrainingCurves;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.task.TaskText;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.log.TrainingLog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Builds the report of a run. */
final class RunReport {

    private RunReport() {}

    static Report of(Recipe recipe, List<CandidateResult> finished) {
        Report report = Report.titled(recipe.name());
        List<List<CandidateResult>> candidates = byCandidate(finished);
        for (List<CandidateResult> seeds : candidates) {
            // Results that have no mean are shown for the first seed.
            CandidateResult one = seeds.get(0);
            report = report.with(model(seeds));
            if (!one.tasks().isEmpty()) {
                report = report.with(tasks(seeds));
            }
            if (one.plan().changes()) {
                report = report.with(one.candidate().name(), one.plan(), one.losses());
            }
            if (one.log().isPresent()) {
                report = report.with(curve(one.candidate().name(), one.log().get()));
            }
            for (Generation sample : one.samples()) {
                report = report.with(new Report.Text(one.candidate().name(), sample.prompt(), sample.text()));
            }
        }
        return facts(guided(report, recipe, candidates), candidates).recipe(recipe.toString());
    }

    /** The results of each candidate, one for each seed. */
    private static List<List<CandidateResult>> byCandidate(List<CandidateResult> finished) {
        Map<String, List<CandidateResult>> groups = new LinkedHashMap<>();
        for (CandidateResult one : finished) {
            groups.computeIfAbsent(one.candidate().name(), name -> new ArrayList<>())
                    .add(one);
        }
        return List.copyOf(groups.values());
    }

    private static ReportedModel model(List<CandidateResult> seeds) {
        ReportedModel model = ReportedModel.of(
                        seeds.get(0).candidate().name(), seeds.get(0).plan())
                .measured(new ReportedModel.Measured(
                        seeds.stream()
                                .flatMap(one -> one.log().stream())
                                .mapToDouble(TrainingLog::tokensPerSecond)
                                .average(),
                        seeds.stream()
                                .flatMap(one -> one.samples().stream())
                                .mapToDouble(Generation::tokensPerSecond)
                                .max(),
                        seeds.stream()
                                .flatMap(one -> one.measured().stream().limit(1))
                                .mapToDouble(Perplexity::loss)
                                .average(),
                        seeds.stream()
                                .flatMap(one -> one.measured().stream().limit(1))
                                .mapToDouble(Perplexity::value)
                                .average(),
                        seeds.stream()
                                .flatMap(one -> one.quality().stream())
                                .mapToDouble(Quality::cosineMean)
                                .average()));
        return seeds.size() == 1
                ? model
                : model.repeated(seeds.stream().flatMap(RunReport::repeat).toList());
    }

    private static ReportedTaskScores tasks(List<CandidateResult> seeds) {
        CandidateResult one = seeds.get(0);
        List<ReportedTaskScores.Score> scores = new ArrayList<>();
        for (int at = 0; at < one.tasks().size(); at++) {
            List<TaskResult> results = new ArrayList<>();
            for (CandidateResult seed : seeds) {
                results.add(seed.tasks().get(at));
            }
            scores.add(new ReportedTaskScores.Score(
                    results.get(0).title(),
                    results.get(0).majority(),
                    results.stream().map(TaskResult::accuracy).toList(),
                    results.get(0).labels().isEmpty()
                            ? List.of()
                            : results.stream()
                                    .map(result ->
                                            result.first().classification().macroF1())
                                    .toList()));
        }
        return new ReportedTaskScores(
                one.candidate().name(),
                one.log().isEmpty() ? OptionalLong.empty() : OptionalLong.of(Trainer.parameters(one.plan())),
                seeds.stream()
                        .flatMap(seed -> seed.log().stream())
                        .mapToDouble(TrainingLog::seconds)
                        .average(),
                scores);
    }

    /** The result of one seed, if the candidate was trained and measured. */
    private static Stream<Report.Repeat> repeat(CandidateResult one) {
        return one.log().stream().flatMap(log -> one.measured().stream()
                .limit(1)
                .map(measured -> new Report.Repeat(one.seed(), measured.loss(), log.tokensPerSecond(), log.seconds())));
    }

    private static TrainingCurves curve(String name, TrainingLog log) {
        return new TrainingCurves(
                name,
                log.points().stream()
                        .map(point -> new CurvePoint(point.step(), point.loss()))
                        .toList(),
                log.validations().stream()
                        .map(validation -> new CurvePoint(validation.step(), validation.loss()))
                        .toList(),
                log.points().stream()
                        .map(point -> new CurvePoint(point.step(), point.tokensPerSecond()))
                        .toList());
    }

    private static Report facts(Report report, List<List<CandidateResult>> candidates) {
        Report more = report.fact("machine", machine());
        for (List<CandidateResult> seeds : candidates) {
            String name = seeds.get(0).candidate().name();
            for (CandidateResult one : seeds) {
                String with = seeds.size() == 1 ? "" : " with seed " + one.seed();
                if (one.calibrated().isPresent()) {
                    more = more.fact(
                            name + " when compressed" + with,
                            OutcomeText.of(one.calibrated().get()).strip());
                }
                if (one.log().isPresent()) {
                    more = more.fact(
                            name + " trained" + with, trained(one, one.log().get(), seeds.size() > 1));
                }
                if (one.quality().isPresent()) {
                    more = more.fact(
                            name + " against "
                                    + candidates.get(0).get(0).candidate().name(),
                            QualityText.of(one.quality().get()).strip());
                }
                for (TaskResult task : one.tasks()) {
                    more = more.fact(name + " on " + task.title() + with, TaskText.sentence(task));
                }
            }
        }
        return more;
    }

    private static String trained(CandidateResult one, TrainingLog log, boolean loss) {
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "%,d steps, %,d tokens, %.0f s", log.steps(), log.tokens(), log.seconds()));
        if (loss && !one.measured().isEmpty()) {
            text.append(String.format(
                    Locale.ROOT, ", loss %.4f", one.measured().get(0).loss()));
        }
        return text.append(log.ending().isEmpty() ? "" : "; " + log.ending()).toString();
    }

    /** The matrices with self-guidance in the first steps, of which the plans have no trace. */
    private static Report guided(Report report, Recipe recipe, List<List<CandidateResult>> candidates) {
        Report more = report;
        for (List<CandidateResult> seeds : candidates) {
            CandidateResult one = seeds.get(0);
            String name = one.candidate().name();
            for (Stage stage : recipe.stages()) {
                if (stage.candidate().equals(name)
                        && stage.training().guidance().isPresent()) {
                    SelfGuidance guidance = stage.training().guidance().get();
                    more = more.fact(
                            name + " began",
                            guidance.of(one.plan(), stage.training().steps()));
                }
            }
        }
        return more;
    }

    private static String machine() {
        return Runtime.getRuntime().availableProcessors() + " cores, " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch") + ", Java " + System.getProperty("java.version");
    }
}
