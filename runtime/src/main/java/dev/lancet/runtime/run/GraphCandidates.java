package dev.lancet.runtime.run;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.GraphRows;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.runtime.checkpoint.Format;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Recipes whose candidates are graphs that others wrote. Such a recipe compresses, compares outputs, and saves. */
final class GraphCandidates {

    private GraphCandidates() {}

    /** Whether a path of a checkpoint names a graph. */
    static boolean graph(String path) {
        Format format = Format.of(Path.of(path));
        return format == Format.SAVED_MODEL || format == Format.FROZEN_GRAPH;
    }

    /** Whether a recipe has candidates that are graphs. */
    static boolean in(Recipe recipe) {
        return recipe.candidates().stream().anyMatch(GraphCandidates::opensGraph);
    }

    private static boolean opensGraph(Candidate candidate) {
        return candidate.origin() instanceof Origin.Checkpoint checkpoint && graph(checkpoint.path());
    }

    /** The rows that a recipe compares outputs for. */
    static List<GraphRows> rows(Recipe recipe) {
        return recipe.evaluations().stream()
                .filter(GraphRows.class::isInstance)
                .map(GraphRows.class::cast)
                .toList();
    }

    /**
     * Checks that a recipe with graphs asks nothing of them that only declared models can do, and that a recipe without graphs
     * has no rows.
     *
     * @throws LancetException if it does not
     */
    static void check(Recipe recipe) {
        rows(recipe).forEach(some -> RecipeException.where(some.path(), () -> check(some, recipe)));
        if (!in(recipe)) {
            return;
        }
        recipe.candidates()
                .forEach(candidate -> RecipeException.where(candidate.name(), () -> check(candidate, recipe)));
        recipe.evaluations().stream()
                .filter(one -> !(one instanceof GraphRows))
                .findFirst()
                .ifPresent(one -> {
                    throw new LancetException(
                            "evaluate: " + one + " measures language models; for graphs give rows(\"FILE\")");
                });
        if (rows(recipe).size() > 1) {
            throw new LancetException("evaluate: " + rows(recipe) + " are several; put all rows into one file");
        }
        if (!recipe.samples().isEmpty()) {
            throw new LancetException("sample: " + recipe.samples().get(0) + "; graphs write no text, so leave it out");
        }
        if (!recipe.seeds().isEmpty()) {
            throw new LancetException(
                    "seeds: " + recipe.seeds() + "; nothing of graphs depends on a seed, so leave them out");
        }
    }

    private static void check(GraphRows rows, Recipe recipe) {
        if (!in(recipe)) {
            throw new LancetException("evaluate: " + rows + " measures graphs, and " + recipe.name()
                    + " has none; evaluate a text or a task");
        }
        if (!Files.isRegularFile(Path.of(rows.path()))) {
            throw new LancetException("evaluate: " + rows + " is no file; check the path");
        }
    }

    private static void check(Candidate candidate, Recipe recipe) {
        String name = "candidate: '" + candidate.name() + "'";
        boolean declared = candidate.origin().fresh()
                || (candidate.origin() instanceof Origin.Checkpoint && !opensGraph(candidate));
        if (declared) {
            throw new LancetException(
                    name + " is a declared model, and others of the recipe are graphs; compare them in"
                            + " recipes of their own");
        }
        if (candidate.calibration().isPresent()) {
            throw new LancetException(
                    name + " is a graph, which no text calibrates; use lancet compress --calibrate with"
                            + " rows, and compare its result here");
        }
        if (recipe.stages().stream().anyMatch(stage -> stage.candidate().equals(candidate.name()))) {
            throw new LancetException(
                    name + " is a graph, which a recipe does not train; use lancet tune, or GraphModel.train in Java");
        }
    }
}
