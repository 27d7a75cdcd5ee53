package dev.lancet.runtime.report;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run found out: models side by side, what was cut out of each layer, how the losses fell, what the models
 * write. A value without a clock: the same findings give the same files, byte for byte.
 *
 * @param title the first line
 * @param models the compared models; the first is what the others are measured against
 * @param cuts what became of each matrix
 * @param curves losses over steps
 * @param samples what the models wrote
 * @param facts further lines in their order, such as seed, versions, machine
 * @param recipe text of the recipe, or empty
 */
public record Report(
        String title,
        List<ReportedModel> models,
        List<Cut> cuts,
        List<ReportCurve> curves,
        List<Text> samples,
        Map<String, String> facts,
        Optional<String> recipe) {

    /**
     * One of several runs that differ in their seed.
     *
     * @param seed of the fresh weights and of the order of the text
     * @param loss mean negative log likelihood over the evaluation text, in nats a token
     * @param tokensPerSecond in training
     * @param seconds that the training took
     */
    public record Repeat(long seed, double loss, double tokensPerSecond, double seconds) {}

    /**
     * What became of one matrix.
     *
     * @param model whose it is
     * @param step what was planned
     * @param fidelity what was measured, or empty
     */
    public record Cut(String model, Step step, Optional<Fidelity> fidelity) {}

    /**
     * What a model wrote.
     *
     * @param model who wrote
     * @param prompt how it began
     * @param continuation what was added
     */
    public record Text(String model, String prompt, String continuation) {}

    public Report {
        models = List.copyOf(models);
        cuts = List.copyOf(cuts);
        curves = List.copyOf(curves);
        samples = List.copyOf(samples);
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }

    /** A report with nothing in it yet. */
    public static Report titled(String title) {
        return new Report(title, List.of(), List.of(), List.of(), List.of(), Map.of(), Optional.empty());
    }

    /** With one more model. */
    public Report with(ReportedModel model) {
        return new Report(title, plus(models, List.of(model)), cuts, curves, samples, facts, recipe);
    }

    /** With every step of a plan, and what was measured of those that changed something. */
    public Report with(String model, Plan plan, List<Fidelity> fidelities) {
        List<Cut> more = new ArrayList<>();
        for (Step step : plan.steps()) {
            String name = step.weight().name();
            Optional<Fidelity> fidelity =
                    fidelities.stream().filter(one -> one.weight().equals(name)).findFirst();
            more.add(new Cut(model, step, fidelity));
        }
        return new Report(title, models, plus(cuts, more), curves, samples, facts, recipe);
    }

    /** With one more curve. */
    public Report with(ReportCurve curve) {
        return new Report(title, models, cuts, plus(curves, List.of(curve)), samples, facts, recipe);
    }

    /** With one more sample. */
    public Report with(Text sample) {
        return new Report(title, models, cuts, curves, plus(samples, List.of(sample)), facts, recipe);
    }

    /** With one more line of facts. */
    public Report fact(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(facts);
        more.put(name, value);
        return new Report(title, models, cuts, curves, samples, more, recipe);
    }

    /** With the recipe that made it. */
    public Report recipe(String text) {
        return new Report(title, models, cuts, curves, samples, facts, Optional.of(text));
    }

    private static <T> List<T> plus(List<T> some, List<T> more) {
        List<T> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    /** The table of models, aligned for a terminal. */
    public String table() {
        return ModelTable.text(this);
    }

    /** The whole as Markdown. */
    public String markdown() {
        return new MarkdownReport(this).toString();
    }

    /** The whole as one HTML page that needs nothing else. */
    public String html() {
        return new HtmlReport(this).toString();
    }

    /** The whole as JSON: {@code models}, {@code steps}, {@code curves}, {@code samples}, {@code facts}. */
    public String json() {
        return new JsonReport(this).toString();
    }

    /**
     * Writes report.json, report.md and report.html into a folder, each whole or not at all.
     *
     * @return the three files
     * @throws dev.lancet.dsl.LancetException if the folder cannot be written
     */
    public List<Path> write(Path folder) {
        return ReportFiles.write(this, folder);
    }
}
