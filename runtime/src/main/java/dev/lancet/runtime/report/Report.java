package dev.lancet.runtime.report;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.runtime.report.page.NumberFormats;
import dev.lancet.runtime.report.page.ReportFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The results of a run: the models side by side, the changes to each matrix, the curves of the losses, and generated
 * samples. The report contains no dates, so the same results give the same files, byte for byte.
 *
 * @param title the first line
 * @param models the compared models; the others are compared with the first
 * @param tasks the answers of the models to tasks
 * @param cuts the change of each matrix
 * @param curves loss over steps
 * @param samples texts that the models generated
 * @param facts further lines in order, such as seed, versions, machine
 * @param recipe text of the recipe, or empty
 */
public record Report(
        String title,
        List<ReportedModel> models,
        List<ReportedTaskScores> tasks,
        List<Cut> cuts,
        List<TrainingCurves> curves,
        List<Text> samples,
        Map<String, String> facts,
        Optional<String> recipe) {

    /**
     * One of several runs that differ in their seed.
     *
     * @param seed the seed of the fresh weights and of the order of the text
     * @param loss mean negative log likelihood over the evaluation text, in nats per token
     * @param tokensPerSecond training speed
     * @param seconds training time
     */
    public record Repeat(long seed, double loss, double tokensPerSecond, double seconds) {}

    /**
     * The change of one matrix.
     *
     * @param model the model it belongs to
     * @param step the planned step
     * @param fidelity the measured error, or empty
     */
    public record Cut(String model, Step step, Optional<Fidelity> fidelity) {

        /** Whether the matrix has its old form and its old values. */
        boolean keeps() {
            return step.keeps() && fidelity.isEmpty();
        }

        /** How the matrix is stored, in words. */
        String form() {
            return step.keeps() ? keeps() ? "kept" : "float32" : NumberFormats.form(step);
        }
    }

    /**
     * A text that a model generated.
     *
     * @param model the model
     * @param prompt the start of the text
     * @param continuation the text that the model added
     */
    public record Text(String model, String prompt, String continuation) {}

    public Report {
        models = List.copyOf(models);
        tasks = List.copyOf(tasks);
        cuts = List.copyOf(cuts);
        curves = List.copyOf(curves);
        samples = List.copyOf(samples);
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }

    /** An empty report. */
    public static Report titled(String title) {
        return new Report(title, List.of(), List.of(), List.of(), List.of(), List.of(), Map.of(), Optional.empty());
    }

    /** Adds a model. */
    public Report with(ReportedModel model) {
        return new Report(title, plus(models, List.of(model)), tasks, cuts, curves, samples, facts, recipe);
    }

    /** Adds the answers of a model to tasks. */
    public Report with(ReportedTaskScores answers) {
        return new Report(title, models, plus(tasks, List.of(answers)), cuts, curves, samples, facts, recipe);
    }

    /** Adds every step of a plan, with the measured errors of the changed matrices. */
    public Report with(String model, Plan plan, List<Fidelity> fidelities) {
        List<Cut> more = new ArrayList<>();
        for (Step step : plan.steps()) {
            String name = step.weight().name();
            Optional<Fidelity> fidelity =
                    fidelities.stream().filter(one -> one.weight().equals(name)).findFirst();
            more.add(new Cut(model, step, fidelity));
        }
        return new Report(title, models, tasks, plus(cuts, more), curves, samples, facts, recipe);
    }

    /** Adds a curve. */
    public Report with(TrainingCurves curve) {
        return new Report(title, models, tasks, cuts, plus(curves, List.of(curve)), samples, facts, recipe);
    }

    /** Adds a sample. */
    public Report with(Text sample) {
        return new Report(title, models, tasks, cuts, curves, plus(samples, List.of(sample)), facts, recipe);
    }

    /** Adds a line of facts. */
    public Report fact(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(facts);
        more.put(name, value);
        return new Report(title, models, tasks, cuts, curves, samples, more, recipe);
    }

    /** Adds the recipe that produced the results. */
    public Report recipe(String text) {
        return new Report(title, models, tasks, cuts, curves, samples, facts, Optional.of(text));
    }

    private static <T> List<T> plus(List<T> some, List<T> more) {
        List<T> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    /** The table of models and, if there were tasks, that of their answers, aligned for a terminal. */
    public String table() {
        return ModelTable.of(this).aligned()
                + (tasks.isEmpty() ? "" : "\n" + TaskTable.of(tasks).aligned());
    }

    /** The report as Markdown. */
    public String markdown() {
        return new MarkdownReport(this).toString();
    }

    /** The report as one HTML page without external files. */
    public String html() {
        return new HtmlReport(this).toString();
    }

    /** The report as JSON: {@code models}, {@code tasks}, {@code steps}, {@code curves}, {@code samples}, {@code facts}. */
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
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("report.json", json());
        texts.put("report.md", markdown());
        texts.put("report.html", html());
        return ReportFiles.write(folder, texts);
    }
}
