package dev.lancet.runtime.run;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Stage;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.Progress;
import dev.lancet.runtime.DenseFirstTraining;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.report.Report;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Runs a recipe: makes and trains every candidate in order, then measures it, generates samples, and saves it. */
public final class RecipeRun implements AutoCloseable {

    private final Recipe recipe;
    private final Progress progress;
    private final OutputPaths places;
    private final Optional<RunFolder> kept;
    private Device device = Device.auto();
    private final RecipeStages stages;
    private boolean resume;
    private boolean force;
    private final FinishedModels models = new FinishedModels();

    /**
     * The results of a run.
     *
     * @param finished every candidate with every seed, in order
     * @param report the report
     * @param files the files of the report, if the recipe asks for them
     */
    public record Outcome(List<CandidateResult> finished, Report report, List<Path> files) {}

    /** A run that has not started. */
    public RecipeRun(Recipe recipe, Progress progress) {
        this.recipe = recipe;
        this.progress = progress;
        places = new OutputPaths(recipe);
        stages = new RecipeStages(recipe);
        kept = RunFolder.of(recipe);
    }

    /**
     * Chooses the device for the whole run.
     *
     * @throws LancetException if the device does not exist; the message says why
     */
    public RecipeRun on(Device wanted) {
        wanted.resolve();
        device = wanted;
        return this;
    }

    /**
     * Resumes an interrupted run of this recipe: finished candidates are not trained again, and the interrupted one
     * continues from its last state. Candidates that the recipe declares in another way since then are trained anew, if
     * nothing of them is kept, or with {@link #force()}.
     */
    public RecipeRun resume() {
        resume = true;
        return this;
    }

    /**
     * Replaces what a former run of the recipe wrote: without {@link #resume()} all models and states, with it those of
     * candidates that are declared in another way since then.
     */
    public RecipeRun force() {
        force = true;
        return this;
    }

    /**
     * Runs the whole recipe.
     *
     * @throws RecipeException if a plan, a path or a text of any candidate is wrong, which is checked before anything is
     *     computed
     * @throws LancetException if a folder to be written exists, or if a step of the work fails
     */
    public Outcome carryOut() {
        places.check();
        RecipeCheck.check(recipe);
        if (!resume && !force) {
            places.requireFree();
        }
        if (GraphCandidates.in(recipe)) {
            return graphs();
        }
        if (resume && kept.isEmpty()) {
            throw new LancetException("resume: the recipe " + recipe.name()
                    + " writes nothing, so no state was kept; add report(\"target/report\") to it");
        }
        kept.ifPresent(folder -> folder.begin(places.definitions(stages), resume, force));
        List<CandidateResult> finished = new ArrayList<>();
        for (OptionalLong seed : places.seeds()) {
            finished.addAll(carryOut(seed));
        }
        Outcome outcome = reported(finished);
        kept.ifPresent(RunFolder::over);
        kept.ifPresent(RunFolder::close);
        return outcome;
    }

    private Outcome graphs() {
        if (resume) {
            throw new LancetException("resume: the recipe " + recipe.name()
                    + " compresses graphs, of which nothing is kept; leave --resume out, or take --force");
        }
        if (force) {
            places.requireGraphsOfARun();
        }
        return reported(new GraphRecipeRun(recipe, places, device, progress).carryOut());
    }

    private Outcome reported(List<CandidateResult> finished) {
        Report report = RunReport.of(recipe, finished);
        List<Path> files =
                recipe.report().map(folder -> report.write(Path.of(folder))).orElse(List.of());
        return new Outcome(finished, report, files);
    }

    private List<CandidateResult> carryOut(OptionalLong seed) {
        List<CandidateResult> finished = new ArrayList<>();
        Deque<Candidate> left = new ArrayDeque<>(recipe.candidates());
        while (!left.isEmpty()) {
            Candidate candidate = left.remove();
            String name = places.name(candidate, seed);
            Optional<RunFolder.Done> done = kept.flatMap(folder -> folder.done(name));
            Model model = done.map(before -> Model.open(Path.of(before.model())))
                    .orElseGet(() -> made(candidate, seed))
                    .progress(progress)
                    .on(device);
            places.corpora().ifPresent(model::keepCorporaIn);
            if (done.isEmpty()) {
                model = trained(candidate, seed, model);
            }
            models.add(candidate.name(), model);
            finished.add(finish(candidate, seed, model, done));
            models.keepOriginsOf(left);
        }
        return finished;
    }

    private Model trained(Candidate candidate, OptionalLong seed, Model fresh) {
        Model model = fresh;
        int number = 0;
        for (Stage stage : stages.of(candidate, seed)) {
            number++;
            int at = number;
            Optional<CheckpointPolicy> keeping = kept.map(folder -> folder.keeping(places.name(candidate, seed), at));
            if (at == 1 && candidate.origin() instanceof Origin.DenseFirst first) {
                try (Model dense = model) {
                    DenseFirstTraining training = new DenseFirstTraining(
                            stage.corpus().orElseThrow(), stage.training(), first.steps(), candidate.compression());
                    model = training.train(dense, keeping);
                }
            } else {
                train(model, stage, keeping);
            }
        }
        return model;
    }

    private static void train(Model model, Stage stage, Optional<CheckpointPolicy> keeping) {
        Training training = stage.training();
        stage.examples().ifPresent(it -> model.train(model.examples(it, training), training, keeping));
        stage.corpus()
                .ifPresent(text -> keeping.ifPresentOrElse(
                        policy -> model.train(text, training, policy), () -> model.train(text, training)));
    }

    private Model made(Candidate candidate, OptionalLong seed) {
        Origin origin = candidate.origin();
        if (origin instanceof Origin.Declared declared) {
            return Model.create(declared.transformer(), candidate.compression(), stages.freshSeed(candidate, seed));
        }
        if (origin instanceof Origin.DenseFirst first) {
            return Model.create(first.transformer(), stages.freshSeed(candidate, seed));
        }
        if (origin instanceof Origin.Checkpoint checkpoint) {
            Model opened = Model.open(Path.of(checkpoint.path())).progress(progress);
            places.corpora().ifPresent(opened::keepCorporaIn);
            return candidate.compression().keepsAll() ? opened : compressed(opened, candidate);
        }
        String before = ((Origin.After) origin).candidate();
        return compressed(models.of(before), candidate);
    }

    private static Model compressed(Model larger, Candidate candidate) {
        return candidate
                .calibration()
                .map(text -> larger.compress(candidate.compression(), text))
                .orElseGet(() -> larger.compress(candidate.compression()));
    }

    private CandidateResult finish(Candidate candidate, OptionalLong seed, Model model, Optional<RunFolder.Done> done) {
        MeasuredCandidate measured = MeasuredCandidate.of(recipe, model);
        List<Path> saved = places.outputs(candidate, seed);
        // Existing folders were written by the run that this one resumes.
        saved.stream().filter(folder -> !Files.exists(folder)).forEach(model::save);
        CandidateResult.Made made = new CandidateResult.Made(
                Optional.of(model.transformer()),
                model.plan(),
                done.map(RunFolder.Done::losses).orElseGet(model::losses),
                done.map(RunFolder.Done::calibrated).orElseGet(model::calibrated),
                done.map(RunFolder.Done::log).orElseGet(model::log));
        CandidateResult finished = new CandidateResult(
                candidate,
                stages.freshSeed(candidate, seed),
                made,
                measured.perplexities(),
                measured.tasks(),
                measured.samples(),
                saved,
                Optional.empty());
        if (done.isEmpty() && (model.calibrated().isPresent() || model.log().isPresent())) {
            kept.ifPresent(folder -> folder.finish(places.name(candidate, seed), finished, model));
        }
        return finished;
    }

    @Override
    public void close() {
        kept.ifPresent(RunFolder::close);
        models.close();
    }
}
