package dev.lancet.runtime.run;

import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Evaluation;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Sample;
import dev.lancet.dsl.recipe.Task;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.task.TaskResult;
import java.util.ArrayList;
import java.util.List;

/** What a recipe measures of a finished candidate: its perplexities, its tasks and its samples. */
record MeasuredCandidate(List<Perplexity> perplexities, List<TaskResult> tasks, List<Generation> samples) {

    static MeasuredCandidate of(Recipe recipe, Model model) {
        List<Perplexity> perplexities = new ArrayList<>();
        List<TaskResult> tasks = new ArrayList<>();
        for (Evaluation evaluation : recipe.evaluations()) {
            if (evaluation instanceof Corpus.Part part) {
                perplexities.add(model.evaluate(part));
            } else if (evaluation instanceof Task task) {
                tasks.add(model.evaluate(task));
            }
        }
        List<Generation> samples = new ArrayList<>();
        for (Sample sample : recipe.samples()) {
            // Opening the session slows the first token down; the speed counts only the others.
            model.generate(sample.prompt(), 1);
            samples.add(model.generate(sample, piece -> {}));
        }
        return new MeasuredCandidate(perplexities, tasks, samples);
    }
}
