package dev.lancet.runtime.run;

import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Stage;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * The trainings of a recipe's candidates.
 *
 * @param recipe the recipe
 */
record RecipeStages(Recipe recipe) {

    private static final long SEED = 42;

    /** The trainings of a candidate in order, with the seed if there is one. */
    List<Stage> of(Candidate candidate, OptionalLong seed) {
        return recipe.stages().stream()
                .filter(stage -> stage.candidate().equals(candidate.name()))
                .map(stage ->
                        seed.isEmpty() ? stage : stage.with(stage.training().seed(seed.getAsLong())))
                .toList();
    }

    /** The seed of a candidate's fresh weights, which is that of its first training. */
    long freshSeed(Candidate candidate, OptionalLong seed) {
        return of(candidate, seed).stream()
                .mapToLong(stage -> stage.training().seed())
                .findFirst()
                .orElse(seed.orElse(SEED));
    }

    /** Everything in the recipe that decides the weights of a candidate, with the candidates that it starts from. */
    String definition(Candidate candidate, OptionalLong seed) {
        String before = candidate.origin() instanceof Origin.After after
                ? recipe.candidates().stream()
                        .filter(one -> one.name().equals(after.candidate()))
                        .map(one -> definition(one, seed) + "\n")
                        .collect(Collectors.joining())
                : "";
        return before + candidate + "\nseed " + freshSeed(candidate, seed) + "\n" + of(candidate, seed);
    }
}
