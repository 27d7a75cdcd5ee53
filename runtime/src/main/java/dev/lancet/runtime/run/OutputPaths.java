package dev.lancet.runtime.run;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Export;
import dev.lancet.dsl.recipe.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The paths that a recipe writes to. */
final class OutputPaths {

    private static final String CORPORA = "corpora";

    private final Recipe recipe;

    OutputPaths(Recipe recipe) {
        this.recipe = recipe;
    }

    /** The seeds of the recipe; if it has none, the trainings use their own. */
    List<OptionalLong> seeds() {
        return recipe.seeds().isEmpty()
                ? List.of(OptionalLong.empty())
                : recipe.seeds().stream().map(OptionalLong::of).toList();
    }

    /** The folder name of a candidate, with the seed if there are several. */
    String name(Candidate candidate, OptionalLong seed) {
        return candidate.name().strip().replaceAll("[^A-Za-z0-9._-]+", "-")
                + (recipe.seeds().size() > 1 ? "-seed-" + seed.getAsLong() : "");
    }

    /** The folders that a candidate is saved to: one beside the report, and those that the recipe names. */
    List<Path> outputs(Candidate candidate, OptionalLong seed) {
        List<Path> folders = new ArrayList<>();
        recipe.report().ifPresent(report -> folders.add(Path.of(report, name(candidate, seed))));
        for (Export export : recipe.exports()) {
            if (export.candidate().equals(candidate.name())) {
                folders.add(Path.of(export.path()));
            }
        }
        return folders;
    }

    /**
     * Beside the folder of the report, else beside the first export: what was made of the texts, for the next run too.
     */
    Optional<Path> corpora() {
        return recipe.report()
                .or(() -> recipe.exports().stream().map(Export::path).findFirst())
                .map(output -> Path.of(output).resolveSibling(CORPORA));
    }

    /**
     * Checks that every candidate has a folder of its own.
     *
     * @throws RecipeException if two have the same, or one has that of the metrics
     */
    void check() {
        Map<String, String> names = new HashMap<>();
        for (Candidate candidate : recipe.candidates()) {
            String folder = name(candidate, seeds().get(0));
            String other = names.put(folder, candidate.name());
            RecipeException.where(candidate.name(), () -> {
                if (recipe.report().isPresent() && folder.equals(RunFolder.NAME)) {
                    throw new LancetException("candidate: '" + candidate.name()
                            + "' is the name of the metrics folder; give the candidate another name");
                }
                if (other != null) {
                    throw new LancetException("candidate: '" + candidate.name() + "' has the folder " + folder
                            + ", as '" + other + "' has; give one of them another name");
                }
            });
        }
    }

    /**
     * Checks that no output exists yet.
     *
     * @throws LancetException if one exists
     */
    void requireFree() {
        for (Candidate candidate : recipe.candidates()) {
            for (OptionalLong seed : seeds()) {
                for (Path folder : outputs(candidate, seed)) {
                    if (Files.exists(folder)) {
                        throw new LancetException(folder + ": exists already; choose another path, or replace what a"
                                + " former run wrote with --force");
                    }
                }
            }
        }
    }

    /**
     * Checks that what is in the places of graphs was written by a run, and may be replaced.
     *
     * @throws LancetException if something else is there
     */
    void requireGraphsOfARun() {
        recipe.candidates().stream()
                .flatMap(candidate -> outputs(candidate, OptionalLong.empty()).stream())
                .filter(model -> Files.exists(model) && !GraphRecipeRun.wrote(model))
                .findFirst()
                .ifPresent(model -> {
                    throw new LancetException("force: " + model + " is no model that a run wrote; remove it yourself");
                });
    }

    /** What decides the weights of every candidate, by the name of its folder. */
    Map<String, CandidateDefinition> definitions(RecipeStages stages) {
        Map<String, CandidateDefinition> definitions = new LinkedHashMap<>();
        for (Candidate candidate : recipe.candidates()) {
            for (OptionalLong seed : seeds()) {
                definitions.put(
                        name(candidate, seed),
                        new CandidateDefinition(
                                candidate.name(), stages.definition(candidate, seed), outputs(candidate, seed)));
            }
        }
        return definitions;
    }
}
