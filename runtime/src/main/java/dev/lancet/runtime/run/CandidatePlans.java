package dev.lancet.runtime.run;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.surgery.imported.ImportedModel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The plans of a recipe's candidates. Of a model on disk only the shapes are read. */
public final class CandidatePlans {

    private CandidatePlans() {}

    /**
     * The plan of every candidate by its name, in the recipe's order.
     *
     * @throws RecipeException if a candidate's compression does not fit its model, or if its model cannot be opened
     */
    public static Map<String, Plan> of(Recipe recipe) {
        Map<String, Plan> plans = new LinkedHashMap<>();
        for (Candidate candidate : recipe.candidates()) {
            RecipeException.where(
                    candidate.name(),
                    () -> plans.put(
                            candidate.name(),
                            before(candidate.origin(), plans).then(candidate.compression(), Spectra.none())));
        }
        if (plans.isEmpty()) {
            throw new LancetException("recipe: " + recipe.name() + " has no candidate; add one");
        }
        return plans;
    }

    private static Plan before(Origin origin, Map<String, Plan> plans) {
        if (origin instanceof Origin.Declared declared) {
            return Plan.dense(declared.transformer());
        }
        if (origin instanceof Origin.DenseFirst first) {
            return Plan.dense(first.transformer());
        }
        if (origin instanceof Origin.Checkpoint checkpoint) {
            Path path = Path.of(checkpoint.path());
            return GraphCandidates.graph(checkpoint.path())
                    ? ImportedModel.open(path).plan()
                    : Checkpoint.open(path).plan();
        }
        String after = ((Origin.After) origin).candidate();
        Plan plan = plans.get(after);
        if (plan == null) {
            throw new LancetException(
                    "recipe: candidate '" + after + "' is not declared before it is used; declare it first");
        }
        return plan;
    }
}
