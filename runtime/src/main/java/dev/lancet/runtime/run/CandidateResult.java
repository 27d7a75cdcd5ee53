package dev.lancet.runtime.run;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.train.log.TrainingLog;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The result of one candidate of a recipe with one seed.
 *
 * @param candidate the candidate of the recipe
 * @param seed the seed of its fresh weights and of the order of its texts
 * @param made the model and how it was made
 * @param measured one perplexity for each text that the recipe evaluates
 * @param tasks one result for each task that the recipe evaluates
 * @param samples one text for each sample of the recipe
 * @param saved its model folder
 * @param quality how close the outputs of a graph are to those of the first candidate, if the recipe has rows
 */
public record CandidateResult(
        Candidate candidate,
        long seed,
        Made made,
        List<Perplexity> measured,
        List<TaskResult> tasks,
        List<Generation> samples,
        List<Path> saved,
        Optional<Quality> quality) {

    public CandidateResult {
        measured = List.copyOf(measured);
        tasks = List.copyOf(tasks);
        samples = List.copyOf(samples);
        saved = List.copyOf(saved);
    }

    /**
     * The model of a candidate and how it was made.
     *
     * @param transformer its declaration; empty for a graph
     * @param plan the form in which its weights are stored
     * @param losses the error of each changed matrix, if it was made from a larger model
     * @param calibrated what was measured when it was compressed with calibration, before any training
     * @param log the log of its last training
     */
    public record Made(
            Optional<Transformer> transformer,
            Plan plan,
            List<Fidelity> losses,
            Optional<CalibratedCompression.Outcome> calibrated,
            Optional<TrainingLog> log) {
        public Made {
            losses = List.copyOf(losses);
        }
    }

    /** The declaration of the model; empty for a graph. */
    public Optional<Transformer> transformer() {
        return made.transformer();
    }

    /** The form in which the weights are stored. */
    public Plan plan() {
        return made.plan();
    }

    /** The error of each changed matrix, if the model was made from a larger one. */
    public List<Fidelity> losses() {
        return made.losses();
    }

    /** What was measured when the model was compressed with calibration, before any training. */
    public Optional<CalibratedCompression.Outcome> calibrated() {
        return made.calibrated();
    }

    /** The log of the last training. */
    public Optional<TrainingLog> log() {
        return made.log();
    }
}
