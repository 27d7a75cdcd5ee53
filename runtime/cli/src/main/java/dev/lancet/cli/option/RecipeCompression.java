package dev.lancet.cli.option;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Recipe;
import java.util.List;

/** The compression that a recipe declares. */
final class RecipeCompression {

    private RecipeCompression() {}

    /**
     * The only compression of a recipe, for use on another model.
     *
     * @param calibrated whether calibration data are at hand
     */
    static Compression of(Recipe recipe, boolean calibrated) {
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
