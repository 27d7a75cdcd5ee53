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
import java.util.OptionalDouble;

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
        List<Model> models,
        List<Cut> cuts,
        List<Curve> curves,
        List<Text> samples,
        Map<String, String> facts,
        Optional<String> recipe) {

    /**
     * One model.
     *
     * @param name what it is called
     * @param parameters trainable numbers, scales not counted
     * @param bytes of its stored weights, scales counted
     * @param bytesBefore of the dense float32 model that it stands for
     * @param tokensPerSecond in training; empty for a model that was not trained but made out of another
     * @param written tokens per second in generation, one text at a time
     * @param validationLoss mean negative log likelihood over held-out text, in nats a token
     * @param perplexity over the evaluation text
     * @param repeats what it came to with each seed, where there are several; the loss is then their mean
     */
    public record Model(
            String name,
            long parameters,
            long bytes,
            long bytesBefore,
            OptionalDouble tokensPerSecond,
            OptionalDouble written,
            OptionalDouble validationLoss,
            OptionalDouble perplexity,
            List<Repeat> repeats) {

        public Model {
            repeats = List.copyOf(repeats);
        }

        /** A model that follows a plan, nothing measured yet. */
        public static Model of(String name, Plan plan) {
            OptionalDouble none = OptionalDouble.empty();
            return new Model(
                    name,
                    plan.parametersAfter(),
                    plan.bytesAfter(),
                    plan.bytesBefore(),
                    none,
                    none,
                    none,
                    none,
                    List.of());
        }

        /** With what was measured. */
        public Model measured(
                OptionalDouble tokensPerSecond,
                OptionalDouble written,
                OptionalDouble validationLoss,
                OptionalDouble perplexity) {
            return new Model(
                    name,
                    parameters,
                    bytes,
                    bytesBefore,
                    tokensPerSecond,
                    written,
                    validationLoss,
                    perplexity,
                    repeats);
        }

        /** With what it came to with each seed. */
        public Model repeated(List<Repeat> repeats) {
            return new Model(
                    name,
                    parameters,
                    bytes,
                    bytesBefore,
                    tokensPerSecond,
                    written,
                    validationLoss,
                    perplexity,
                    repeats);
        }

        /** The sample standard deviation of the losses over the seeds; empty for one seed. */
        public OptionalDouble spread() {
            if (repeats.size() < 2) {
                return OptionalDouble.empty();
            }
            double mean = repeats.stream().mapToDouble(Repeat::loss).average().orElseThrow();
            double squares = repeats.stream()
                    .mapToDouble(repeat -> (repeat.loss() - mean) * (repeat.loss() - mean))
                    .sum();
            return OptionalDouble.of(Math.sqrt(squares / (repeats.size() - 1)));
        }

        /** Bytes before over bytes now. */
        public double compression() {
            return (double) bytesBefore / bytes;
        }
    }

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
     * Losses of one model, and how fast it was trained.
     *
     * @param model whose they are
     * @param training at every recorded step
     * @param validation over held-out text
     * @param speed of every recorded step, tokens per second; none if it is not known
     */
    public record Curve(String model, List<Point> training, List<Point> validation, List<Point> speed) {
        public Curve {
            training = List.copyOf(training);
            validation = List.copyOf(validation);
            speed = List.copyOf(speed);
        }

        /** Losses alone. */
        public Curve(String model, List<Point> training, List<Point> validation) {
            this(model, training, validation, List.of());
        }
    }

    /**
     * A point of a curve.
     *
     * @param step after how many steps
     * @param loss in nats a token; of a curve of speeds, tokens per second
     */
    public record Point(long step, double loss) {}

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
    public Report with(Model model) {
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
    public Report with(Curve curve) {
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
