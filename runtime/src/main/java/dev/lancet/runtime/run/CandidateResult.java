package dev.lancet.runtime.run;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.train.log.TrainingLog;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What became of one candidate of a recipe with one seed.
 *
 * @param candidate what was asked for
 * @param seed of its fresh weights and of the order of its texts
 * @param transformer what it is
 * @param plan in which form its weights are stored
 * @param losses what each matrix lost, where it was made out of a larger model
 * @param log how its last training went
 * @param measured one perplexity for each evaluation of the recipe
 * @param samples one text for each sample of the recipe
 * @param saved where its model folder lies
 */
public record CandidateResult(
        Candidate candidate,
        long seed,
        Transformer transformer,
        Plan plan,
        List<Fidelity> losses,
        Optional<TrainingLog> log,
        List<Perplexity> measured,
        List<Generation> samples,
        List<Path> saved) {

    public CandidateResult {
        losses = List.copyOf(losses);
        measured = List.copyOf(measured);
        samples = List.copyOf(samples);
        saved = List.copyOf(saved);
    }
}
