package dev.lancet.runtime.run;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Stage;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.roofline.ClusterHardware;
import dev.lancet.runtime.roofline.StepEstimate;
import dev.lancet.runtime.roofline.TrainingWork;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the trainings of a recipe need on a cluster. */
public final class ClusterEstimates {

    private ClusterEstimates() {}

    /**
     * The first training on a corpus of every candidate that has one, by the candidate's name.
     *
     * @param plans the plans of the candidates
     * @throws RecipeException if the workers cannot share a batch equally
     * @throws LancetException if no candidate is trained on a corpus
     */
    public static Map<String, StepEstimate> of(Recipe recipe, Map<String, Plan> plans, ClusterHardware hardware) {
        Map<String, StepEstimate> estimates = new LinkedHashMap<>();
        for (Stage stage : recipe.stages()) {
            Plan plan = plans.get(stage.candidate());
            if (stage.corpus().isEmpty() || plan == null || estimates.containsKey(stage.candidate())) {
                continue;
            }
            Transformer transformer = transformer(recipe, stage.candidate());
            RecipeException.where(
                    stage.candidate(),
                    () -> estimates.put(
                            stage.candidate(),
                            StepEstimate.of(
                                    hardware,
                                    TrainingWork.of(transformer, plan, stage.training(), hardware.workers()),
                                    stage.training().execution().arithmetic())));
        }
        if (estimates.isEmpty()) {
            throw new LancetException("cluster: " + recipe.name()
                    + " trains nothing on a corpus, and several workers train nothing else; add a training");
        }
        return estimates;
    }

    private static Transformer transformer(Recipe recipe, String name) {
        Origin origin = recipe.find(name).map(Candidate::origin).orElseThrow();
        if (origin instanceof Origin.Declared declared) {
            return declared.transformer();
        }
        if (origin instanceof Origin.DenseFirst first) {
            return first.transformer();
        }
        if (origin instanceof Origin.Checkpoint checkpoint) {
            return Checkpoint.open(Path.of(checkpoint.path())).transformer();
        }
        return transformer(recipe, ((Origin.After) origin).candidate());
    }
}
