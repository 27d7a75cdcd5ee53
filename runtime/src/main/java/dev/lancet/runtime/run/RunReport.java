package dev.lancet.runtime.run;

import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.report.Report;
import dev.lancet.runtime.train.TrainingLog;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

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
        OptionalDouble trained = one.log().isPresent()
                ? OptionalDouble.of(one.log().get().tokensPerSecond())
                : one.measured().isEmpty()
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(one.measured().get(0).tokensPerSecond());
        OptionalDouble loss = one.measured().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(one.measured().get(0).loss());
        OptionalDouble perplexity = one.measured().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(one.measured().get(0).value());
        return Report.Model.of(one.candidate().name(), one.plan()).measured(trained, loss, perplexity);
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
                                "%,d steps, %,d tokens, %.0f s",
                                log.steps(),
                                log.tokens(),
                                log.seconds()));
            }
        }
        return more;
    }

    private static String machine() {
        return Runtime.getRuntime().availableProcessors() + " cores, " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch") + ", Java " + System.getProperty("java.version");
    }
}
