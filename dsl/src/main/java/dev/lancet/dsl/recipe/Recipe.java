package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Transformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A whole run as a value: the candidates, their trainings, the measurements and the outputs. The last expression of a
 * script is a recipe.
 *
 * @param name the name of the run
 * @param candidates in the order of the report
 * @param stages trainings, in order
 * @param evaluations texts on which the perplexity of every candidate is measured, tasks on which its accuracy is, and rows for
 *     which the outputs of graphs are compared
 * @param samples texts that every candidate continues
 * @param exports candidates to save, in addition to those in the report folder
 * @param report folder for the report and the saved models, or empty for none
 * @param seeds the seeds with which the whole run is repeated; empty for one run with the seeds of the trainings
 */
public record Recipe(
        String name,
        List<Candidate> candidates,
        List<Stage> stages,
        List<Evaluation> evaluations,
        List<Sample> samples,
        List<Export> exports,
        Optional<String> report,
        List<Long> seeds) {

    public Recipe {
        candidates = List.copyOf(candidates);
        stages = List.copyOf(stages);
        evaluations = List.copyOf(evaluations);
        samples = List.copyOf(samples);
        exports = List.copyOf(exports);
        seeds = List.copyOf(seeds);
    }

    /** An empty recipe. */
    public static Recipe recipe(String name) {
        Check.that(!name.isBlank(), "recipe: the name is empty; give it one");
        return new Recipe(name, List.of(), List.of(), List.of(), List.of(), List.of(), Optional.empty(), List.of());
    }

    /** Adds a declared transformer with fresh weights. */
    public Recipe candidate(String name, Transformer transformer) {
        return candidate(name, transformer, Compression.keepAll());
    }

    /**
     * Adds a declared transformer with fresh weights in compressed form: its factors are trained from the first step.
     */
    public Recipe candidate(String name, Transformer transformer, Compression compression) {
        return candidate(name, new Origin.Declared(transformer), compression);
    }

    /** Adds a model from a checkpoint or from another candidate, unchanged. */
    public Recipe candidate(String name, Origin origin) {
        return candidate(name, origin, Compression.keepAll());
    }

    /** Adds a model from a checkpoint or from another candidate, compressed. */
    public Recipe candidate(String name, Origin origin, Compression compression) {
        return candidate(new Candidate(name, origin, compression));
    }

    /**
     * Adds a model from a checkpoint or from another candidate, compressed as {@code lancet compress --calibrate} does it:
     * fitted to a text, and measured against its original on other rows of the text.
     */
    public Recipe candidate(String name, Origin origin, Compression compression, CalibrationText calibration) {
        return candidate(new Candidate(name, origin, compression, Optional.of(calibration)));
    }

    private Recipe candidate(Candidate added) {
        Check.that(
                find(added.name()).isEmpty(),
                "candidate: '%s' is already declared; give each candidate its own name",
                added.name());
        if (added.origin() instanceof Origin.After after) {
            known(after.candidate());
        }
        Check.that(
                !(added.origin() instanceof Origin.DenseFirst)
                        || !added.compression().keepsAll(),
                "candidate: '%s' trains dense first, but has no compression for the rest; add a compression",
                added.name());
        return new Recipe(name, plus(candidates, added), stages, evaluations, samples, exports, report, seeds);
    }

    /** Trains every candidate declared so far with fresh weights, all on the same batches in the same order. */
    public Recipe pretrain(Corpus corpus, Training training) {
        List<Stage> more = candidates.stream()
                .filter(candidate -> candidate.origin().fresh())
                .map(candidate -> stage(candidate, corpus, training))
                .toList();
        Check.that(
                !more.isEmpty(),
                "pretrain: no candidate with fresh weights is declared before it; declare" + " one first");
        List<Stage> all = Stream.concat(stages.stream(), more.stream()).toList();
        return new Recipe(name, candidates, all, evaluations, samples, exports, report, seeds);
    }

    /** Continues the training of one candidate, for example to recover quality after it was factorized. */
    public Recipe train(String candidate, Corpus corpus, Training training) {
        known(candidate);
        List<Stage> more = plus(stages, stage(find(candidate).orElseThrow(), corpus, training));
        return new Recipe(name, candidates, more, evaluations, samples, exports, report, seeds);
    }

    /** Trains one candidate on examples, prompts with their answers; only the answers have a loss. */
    public Recipe train(String candidate, Instructions examples, Training training) {
        known(candidate);
        boolean first = stages.stream().noneMatch(stage -> stage.candidate().equals(candidate));
        Check.that(
                !first || !(find(candidate).orElseThrow().origin() instanceof Origin.DenseFirst),
                "train: '%s' trains dense first, which needs a text; pretrain it before",
                candidate);
        Check.that(
                training.guidance().isEmpty(),
                "selfGuided: '%s' is trained on examples; self-guidance is only for fresh factors, leave it out",
                candidate);
        List<Stage> more = plus(stages, new Stage(candidate, examples, training));
        return new Recipe(name, candidates, more, evaluations, samples, exports, report, seeds);
    }

    private Stage stage(Candidate candidate, Corpus corpus, Training training) {
        if (training.guidance().isPresent()) {
            boolean first = stages.stream().noneMatch(stage -> stage.candidate().equals(candidate.name()));
            SelfGuidanceCheck.check(
                    candidate, first, training, training.guidance().get());
        }
        return new Stage(candidate.name(), corpus, training);
    }

    /**
     * Measures the perplexity of every candidate on a text, its accuracy on a {@link Task}, or for graphs how close its outputs
     * for {@link GraphRows} are to those of the first candidate.
     */
    public Recipe evaluate(Evaluation evaluation) {
        return new Recipe(name, candidates, stages, plus(evaluations, evaluation), samples, exports, report, seeds);
    }

    /** Lets every candidate continue a text greedily. */
    public Recipe sample(String prompt, int tokens) {
        return sample(Sample.greedy(prompt, tokens));
    }

    /** Lets every candidate continue a text. */
    public Recipe sample(Sample sample) {
        return new Recipe(name, candidates, stages, evaluations, plus(samples, sample), exports, report, seeds);
    }

    /** Saves a candidate as a Lancet model folder. */
    public Recipe export(String candidate, String folder) {
        known(candidate);
        Check.that(
                seeds.size() < 2,
                "export: '%s' holds one model, but there are %s seeds; leave the export out, the report saves"
                        + " all models",
                folder,
                seeds.size());
        List<Export> more = plus(exports, new Export(candidate, folder));
        return new Recipe(name, candidates, stages, evaluations, samples, more, report, seeds);
    }

    /** Writes report.md, report.html, report.json and every candidate's model into a folder. */
    public Recipe report(String folder) {
        return new Recipe(name, candidates, stages, evaluations, samples, exports, Optional.of(folder), seeds);
    }

    /**
     * Repeats the whole run with each seed for fresh weights and the order of the text. The report adds the mean and
     * the spread of each candidate: a difference smaller than the spread means nothing.
     */
    public Recipe seeds(long... seeds) {
        List<Long> all = LongStream.of(seeds).boxed().toList();
        Check.that(!all.isEmpty(), "seeds: none given; add at least one, for example .seeds(1, 2, 3)");
        Check.that(Set.copyOf(all).size() == all.size(), "seeds: %s contains a seed twice; give each only once", all);
        Check.that(
                exports.isEmpty() || all.size() == 1,
                "seeds: %s, but %s holds one model; leave the export out, the report saves all models",
                all,
                exports.stream().map(Export::path).toList());
        return new Recipe(name, candidates, stages, evaluations, samples, exports, report, all);
    }

    /** The candidate of this name, or empty. */
    public Optional<Candidate> find(String name) {
        return candidates.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst();
    }

    private void known(String candidate) {
        Check.that(
                find(candidate).isPresent(),
                "candidate: '%s' is not declared yet; choose one of %s",
                candidate,
                candidates.stream().map(Candidate::name).toList());
    }

    private static <T> List<T> plus(List<T> some, T more) {
        List<T> all = new ArrayList<>(some);
        all.add(more);
        return all;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("recipe(\"" + name + "\")");
        for (Candidate candidate : candidates) {
            text.append("\n.candidate(\"" + candidate.name() + "\",\n    "
                    + indent(candidate.origin().toString()));
            if (!candidate.compression().keepsAll()) {
                text.append(",\n    " + indent(candidate.compression().toString()));
            }
            candidate.calibration().ifPresent(some -> text.append(",\n    " + some));
            text.append(')');
        }
        stages.forEach(stage ->
                text.append("\n.train(\"" + stage.candidate() + "\", " + stage.data() + ", " + stage.training() + ")"));
        evaluations.forEach(part -> text.append("\n.evaluate(" + part + ")"));
        samples.forEach(sample -> text.append("\n.sample(" + sample + ")"));
        exports.forEach(export -> text.append("\n.export(\"" + export.candidate() + "\", \"" + export.path() + "\")"));
        if (!seeds.isEmpty()) {
            text.append("\n.seeds("
                    + seeds.stream()
                            .map(seed -> seed + (seed == seed.intValue() ? "" : "L"))
                            .collect(Collectors.joining(", "))
                    + ")");
        }
        report.ifPresent(folder -> text.append("\n.report(\"" + folder + "\")"));
        return text.toString();
    }

    private static String indent(String text) {
        return text.replace("\n", "\n    ");
    }
}
