package dev.lancet.cli.option;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The plans of a recipe's candidates, and the compression that the recipe declares. */
public final class RecipePlans {

    private RecipePlans() {}

    /** The plan of every candidate, in the recipe's order. */
    public static Map<String, Plan> of(Recipe recipe) {
        Map<String, Plan> plans = new LinkedHashMap<>();
        for (Candidate candidate : recipe.candidates()) {
            plans.put(
                    candidate.name(), before(candidate.origin(), plans).then(candidate.compression(), Spectra.none()));
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
            return ModelArgument.of(checkpoint.path()).checkpoint().plan();
        }
        String after = ((Origin.After) origin).candidate();
        Plan plan = plans.get(after);
        if (plan == null) {
            throw new LancetException(
                    "recipe: candidate '" + after + "' is not declared before it is used;" + " declare it first");
        }
        return plan;
    }

    /**
     * The only compression of a recipe, for use on another model.
     *
     * @param calibrated whether calibration data are at hand
     */
    static Compression rules(Recipe recipe, boolean calibrated) {
        List<Candidate> compressed = recipe.candidates().stream()
                .filter(candidate -> !candidate.compression().keepsAll())
                .toList();
        List<Compression> distinct =
                compressed.stream().map(Candidate::compression).distinct().toList();
        if (distinct.size() != 1) {
            throw new LancetException("rules: recipe " + recipe.name() + " has "
                    + (distinct.isEmpty()
                            ? "no compressed candidate; add one"
                            : "several compressed candidates, "
                                    + compressed.stream().map(Candidate::name).toList() + "; keep one"));
        }
        compressed.stream()
                .filter(one -> one.calibration().isPresent() && !calibrated)
                .findFirst()
                .ifPresent(one -> {
                    throw new LancetException("rules: recipe " + recipe.name() + " calibrates '" + one.name()
                            + "' on its own text; add --calibrate FILE, or carry the recipe out with lancet run");
                });
        return distinct.get(0);
    }
}
