package dev.lancet.runtime.run;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.CalibrationText;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Evaluation;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Stage;
import dev.lancet.runtime.task.TaskEvaluation;
import dev.lancet.runtime.text.source.Documents;
import dev.lancet.runtime.text.source.FieldRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Checks a whole recipe before its first step, so that no mistake shows after hours of training. */
final class RecipeCheck {

    private RecipeCheck() {}

    /**
     * Checks the plan of every candidate, and that the files of all texts, examples and tasks are there.
     *
     * @throws RecipeException if one is wrong
     */
    static void check(Recipe recipe) {
        CandidatePlans.of(recipe);
        GraphCandidates.check(recipe);
        for (Candidate candidate : recipe.candidates()) {
            RecipeException.where(candidate.name(), () -> requireTraining(candidate, recipe));
            candidate.calibration().map(CalibrationText::corpus).ifPresent(RecipeCheck::requireFiles);
        }
        for (Stage stage : recipe.stages()) {
            stage.corpus().ifPresent(RecipeCheck::requireFiles);
            stage.examples().ifPresent(examples -> examples.paths()
                    .forEach(path -> RecipeException.where(path, () -> FieldRows.of(List.of(Path.of(path))))));
        }
        for (Evaluation evaluation : recipe.evaluations()) {
            if (evaluation instanceof Corpus.Part part) {
                requireFiles(part.corpus());
            }
        }
        TaskEvaluation.check(recipe.evaluations());
    }

    private static void requireTraining(Candidate candidate, Recipe recipe) {
        boolean trained =
                recipe.stages().stream().anyMatch(stage -> stage.candidate().equals(candidate.name()));
        if (candidate.origin() instanceof Origin.DenseFirst && !trained) {
            throw new LancetException(
                    "candidate: '" + candidate.name() + "' has dense first steps, but no training; pretrain it");
        }
    }

    private static void requireFiles(Corpus corpus) {
        for (String path : corpus.paths()) {
            RecipeException.where(path, () -> Documents.of(List.of(Path.of(path)), corpus.field()));
        }
        if (corpus.tokens() instanceof Corpus.Tokens.File tokenizer) {
            RecipeException.where(tokenizer.path(), () -> {
                if (!Files.isRegularFile(Path.of(tokenizer.path()))) {
                    throw new LancetException("tokenizer: " + tokenizer.path() + " is no file; check the path");
                }
            });
        }
    }
}
