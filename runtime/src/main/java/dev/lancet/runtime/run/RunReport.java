package dev.lancet.runtime.run;

import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.report.Report;
import dev.lancet.runtime.train.TrainingLog;
import java.util.List;
import java.util.Locale;

/** The report of a run. */
final class RunReport {

    private RunReport() {}

    static Report of(Recipe recipe, List<Finished> finished) {
        Report report = Report.titled(recipe.name());
        for (Finished one : finished) {
            report = report.with(model(one));
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
        return facts(report, finished).recipe(recipe.toString());
    }

    private static Report.Model model(Finished one) {
        List<Perplexity> first = one.measured().stream().limit(1).toList();
        return Report.Model.of(one.candidate().name(), one.plan())
                .measured(
                        one.log().stream()
                                .mapToDouble(TrainingLog::tokensPerSecond)
                                .findFirst(),
                        one.samples().stream()
                                .mapToDouble(Generation::tokensPerSecond)
                                .max(),
                        first.stream().mapToDouble(Perplexity::loss).findFirst(),
                        first.stream().mapToDouble(Perplexity::value).findFirst());
    }

    private static Report.Curve curve(String name, TrainingLog log) {
        return new Report.Curve(
                name,
                log.points().stream()
                        .map(point -> new Report.Point(point.step(), point.loss()))
                        .toList(),
                log.validations().stream()
                        .map(validation -> new Report.Point(validation.step(), validation.loss()))
                        .toList());
    }

    private static Report facts(Report report, List<Finished> finished) {
        Report more = report.fact("machine", machine());
        for (Finished one : finished) {
            if (one.log().isPresent()) {
                TrainingLog log = one.log().get();
                more = more.fact(
                        one.candidate().name() + " trained",
                        String.format(
                                Locale.ROOT,
                                "%,d steps, %,d tokens, %.0f s%s",
                                log.steps(),
                                log.tokens(),
                                log.seconds(),
                                log.ending().isEmpty() ? "" : "; " + log.ending()));
            }
        }
        return more;
    }

    private static String machine() {
        return Runtime.getRuntime().availableProcessors() + " cores, " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch") + ", Java " + System.getProperty("java.version");
    }
}
