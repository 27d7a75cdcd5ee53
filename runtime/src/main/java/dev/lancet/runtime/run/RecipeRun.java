package dev.lancet.runtime.run;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Export;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Sample;
import dev.lancet.dsl.recipe.Stage;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.progress.Progress;
import dev.lancet.runtime.report.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Carries out a recipe: makes and trains every candidate in order, then measures, samples and saves it. */
public final class RecipeRun implements AutoCloseable {

    private static final long SEED = 42;
    private static final String CORPORA = "corpora";

    private final Recipe recipe;
    private final Progress progress;
    private Device device = Device.auto();
    private final Map<String, Model> models = new LinkedHashMap<>();

    /**
     * What a run came to.
     *
     * @param finished every candidate with every seed, in order
     * @param report what was found out
     * @param files the files of the report, if the recipe wants them
     */
    public record Outcome(List<Finished> finished, Report report, List<Path> files) {}

    /** A run that has not begun. */
    public RecipeRun(Recipe recipe, Progress progress) {
        this.recipe = recipe;
        this.progress = progress;
    }

    /**
     * Lets all of it be computed on a device.
     *
     * @throws LancetException if the device is not there; the message says why
     */
    public RecipeRun on(Device wanted) {
        wanted.place();
        device = wanted;
        return this;
    }

    /**
     * Does all of it.
     *
     * @throws LancetException if a folder to be written exists, which is found out before anything is computed, or if
     *     a step of the work fails
     */
    public Outcome carryOut() {
        checkOutputs();
        List<Finished> finished = new ArrayList<>();
        for (OptionalLong seed : seeds()) {
            close();
            finished.addAll(carryOut(seed));
        }
        Report report = RunReport.of(recipe, finished);
        List<Path> files =
                recipe.report().map(folder -> report.write(Path.of(folder))).orElse(List.of());
        return new Outcome(finished, report, files);
    }

    /** The seeds of the recipe; where it says none, the trainings say theirs. */
    private List<OptionalLong> seeds() {
        return recipe.seeds().isEmpty()
                ? List.of(OptionalLong.empty())
                : recipe.seeds().stream().map(OptionalLong::of).toList();
    }

    private List<Finished> carryOut(OptionalLong seed) {
        List<Finished> finished = new ArrayList<>();
        for (Candidate candidate : recipe.candidates()) {
            List<Stage> stages = stages(candidate, seed);
            Model model = made(candidate, seed).progress(progress).on(device);
            corpora().ifPresent(model::keepCorporaIn);
            if (candidate.origin() instanceof Origin.DenseFirst first) {
                try (Model dense = model) {
                    Stage stage = stages.get(0);
                    model = dense.trainThenCut(
                            stage.corpus(), stage.training(), first.steps(), candidate.compression(), Optional.empty());
                }
                corpora().ifPresent(model::keepCorporaIn);
                stages = stages.subList(1, stages.size());
            }
            models.put(candidate.name(), model);
            for (Stage stage : stages) {
                model.train(stage.corpus(), stage.training());
            }
            finished.add(finish(candidate, seed, model));
        }
        return finished;
    }

    private Model made(Candidate candidate, OptionalLong seed) {
        Origin origin = candidate.origin();
        if (origin instanceof Origin.Declared declared) {
            return Model.create(declared.transformer(), candidate.compression(), fresh(candidate, seed));
        }
        if (origin instanceof Origin.DenseFirst first) {
            if (stages(candidate, seed).isEmpty()) {
                throw new LancetException("candidate: '" + candidate.name()
                        + "' is dense for its first steps, but no step is said; pretrain it");
            }
            return Model.create(first.transformer(), fresh(candidate, seed));
        }
        if (origin instanceof Origin.Checkpoint checkpoint) {
            Model opened = Model.open(Path.of(checkpoint.path())).progress(progress);
            return candidate.compression().keepsAll() ? opened : opened.compress(candidate.compression());
        }
        String before = ((Origin.After) origin).candidate();
        Model finished = models.get(before);
        if (finished == null) {
            throw new LancetException("candidate: '" + candidate.name() + "' comes after '" + before
                    + "', which is not declared above it; there are " + models.keySet());
        }
        return finished.compress(candidate.compression());
    }

    private List<Stage> stages(Candidate candidate, OptionalLong seed) {
        return recipe.stages().stream()
                .filter(stage -> stage.candidate().equals(candidate.name()))
                .map(stage -> seed.isEmpty()
                        ? stage
                        : new Stage(
                                stage.candidate(),
                                stage.corpus(),
                                stage.training().seed(seed.getAsLong())))
                .toList();
    }

    /** The seed of its fresh weights: that of its first training. */
    private long fresh(Candidate candidate, OptionalLong seed) {
        return stages(candidate, seed).stream()
                .mapToLong(stage -> stage.training().seed())
                .findFirst()
                .orElse(seed.orElse(SEED));
    }

    private Finished finish(Candidate candidate, OptionalLong seed, Model model) {
        List<Perplexity> measured = new ArrayList<>();
        for (Corpus.Part part : recipe.evaluations()) {
            measured.add(model.evaluate(part));
        }
        List<Generation> samples = new ArrayList<>();
        for (Sample sample : recipe.samples()) {
            // The first token of a session is paid for with its making; the speed is that of the others.
            model.generate(sample.prompt(), 1);
            samples.add(model.generate(sample, piece -> {}));
        }
        List<Path> saved = outputs(candidate, seed);
        saved.forEach(model::save);
        return new Finished(
                candidate,
                fresh(candidate, seed),
                model.transformer(),
                model.plan(),
                model.losses(),
                model.log(),
                measured,
                samples,
                saved);
    }

    /** Folders that a candidate is saved in: one beside the report, and those that the recipe names. */
    private List<Path> outputs(Candidate candidate, OptionalLong seed) {
        List<Path> folders = new ArrayList<>();
        String name = folderName(candidate) + (recipe.seeds().size() > 1 ? "-seed-" + seed.getAsLong() : "");
        recipe.report().ifPresent(report -> folders.add(Path.of(report, name)));
        for (Export export : recipe.exports()) {
            if (export.candidate().equals(candidate.name())) {
                folders.add(Path.of(export.path()));
            }
        }
        return folders;
    }

    /** Beside the folder of the report, else beside the first export: what was made of the texts, for the next run too. */
    private Optional<Path> corpora() {
        return recipe.report()
                .or(() -> recipe.exports().stream().map(Export::path).findFirst())
                .map(output -> Path.of(output).resolveSibling(CORPORA));
    }

    private static String folderName(Candidate candidate) {
        return candidate.name().strip().replaceAll("[^A-Za-z0-9._-]+", "-");
    }

    private void checkOutputs() {
        for (Candidate candidate : recipe.candidates()) {
            for (OptionalLong seed : seeds()) {
                outputs(candidate, seed).forEach(RecipeRun::checkFree);
            }
        }
    }

    private static void checkFree(Path folder) {
        if (Files.exists(folder)) {
            throw new LancetException(
                    "output: " + folder + " exists; remove it or let the recipe write somewhere else");
        }
    }

    @Override
    public void close() {
        models.values().forEach(Model::close);
        models.clear();
    }
}
