package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.recipe.Task;
import dev.lancet.dsl.recipe.TaskScoring;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say how a task is measured, and that declare one of the user's own. */
public final class TaskOptions {

    /** The names of the tasks, for help. */
    public static final String NAMES = "fpb, fiqa, tfns, nwgi, ner, headline, boolq, piqa, winogrande";

    private static final long USUAL_SEED = 42;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "The rows of --task: .csv, .tsv, .jsonl, .json, or .txt with lines sentence@label.")
    private Optional<String> data = Optional.empty();

    @Option(
            names = "--by",
            paramLabel = "WAY",
            description = "How an answer is found: likelihood, generate or both (default: likelihood if there are"
                    + " labels, else generate).")
    private Optional<String> by = Optional.empty();

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Measure only N rows of --data, drawn by the seed. With --text or --ids: only the first N"
                    + " tokens.")
    private Optional<Integer> limit = Optional.empty();

    @Option(
            names = "--shots",
            paramLabel = "K",
            description = "Put K answered rows of --data before each prompt; they are not measured.")
    private Optional<Integer> shots = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The seed by which rows are drawn and intervals are resampled (default: 42).")
    private Optional<Long> seed = Optional.empty();

    @Option(
            names = "--template",
            paramLabel = "TEXT",
            description = "A prompt of your own; {name} stands for the field of that name, \\n for a new line.")
    private Optional<String> template = Optional.empty();

    @Option(
            names = "--answer",
            paramLabel = "FIELD",
            description = "With --template: the field with the right answer (default: label).")
    private Optional<String> answer = Optional.empty();

    @Option(
            names = "--label",
            paramLabel = "[VALUE=]WORD",
            description = "With --template: an answer to choose; VALUE is how the data spell it. Repeatable. Without"
                    + " labels any text may be the answer. With --task classify: the field with the class (default:"
                    + " label).")
    private List<String> labels = new ArrayList<>();

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "With --task classify: a tokenizer.json (default: the one in the model).")
    private Optional<Path> tokenizer = Optional.empty();

    /**
     * Labelled texts for a classifier.
     *
     * @param file the file
     * @param label the field with the class
     * @param limit the most rows to measure, drawn by the seed
     * @param seed the seed
     * @param tokenizer a {@code tokenizer.json}, if one is given
     */
    public record Labelled(Path file, String label, Optional<Integer> limit, long seed, Optional<Path> tokenizer) {}

    /** The labelled texts for {@code --task classify}. Fails if an option is about prompts. */
    public Labelled labelled(LancetCommand command) {
        String only = " is about prompts; leave it out with --task classify";
        command.refuseGiven(only, "--by", "--shots", "--template", "--answer");
        if (labels.size() > 1) {
            throw command.wrongUsage(
                    "--label: " + labels + "; with --task classify it names the one field with the class");
        }
        if (limit.isPresent() && limit.get() < 1) {
            throw command.wrongUsage("--limit: " + limit.get() + "; at least 1 row is needed");
        }
        String file = data.orElseThrow(() -> command.wrongUsage("--task: classify has no rows; add --data FILE"));
        return new Labelled(
                Path.of(file), labels.isEmpty() ? "label" : labels.get(0), limit, seed.orElse(USUAL_SEED), tokenizer);
    }

    /**
     * The task that the options describe.
     *
     * @param name the value of --task
     */
    public Task of(String name, LancetCommand command) {
        command.refuseGiven(" applies only to --task classify; leave it out", "--tokenizer");
        String file = data.orElseThrow(() -> command.wrongUsage("--task: " + name + " has no rows; add --data FILE"));
        if (template.isEmpty() && (answer.isPresent() || !labels.isEmpty())) {
            throw command.wrongUsage("--" + (answer.isPresent() ? "answer: " + answer.get() : "label: " + labels.get(0))
                    + " applies only to a task with --template; leave it out");
        }
        try {
            Task task = template.isPresent() ? own(name, file, template.get()) : Task.named(name, file);
            task = by.isPresent() ? task.by(scoring(by.get(), command)) : task;
            task = limit.isPresent() ? task.limit(limit.get()) : task;
            task = shots.isPresent() ? task.shots(shots.get()) : task;
            return seed.isPresent() ? task.seed(seed.get()) : task;
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage("--"
                    + String.valueOf(e.getMessage())
                            .replaceFirst("^prompt:", "template:")
                            .replace("a prompt", "--template TEXT"));
        }
    }

    private static TaskScoring scoring(String way, LancetCommand command) {
        return Arrays.stream(TaskScoring.values())
                .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(way))
                .findFirst()
                .orElseThrow(() -> command.wrongUsage("--by: " + way + "; choose likelihood, generate or both"));
    }

    private Task own(String name, String file, String text) {
        Task task = Task.own(name, file, text.replace("\\n", "\n"));
        task = answer.isPresent() ? task.answer(answer.get()) : task;
        for (String label : labels) {
            int equals = label.indexOf('=');
            task = equals < 0
                    ? task.labels(label)
                    : task.label(label.substring(0, equals), label.substring(equals + 1));
        }
        return task;
    }

    /** How many tokens of a text to measure; empty for all. */
    public Optional<Integer> tokens(LancetCommand command) {
        limit.filter(most -> most < 2).ifPresent(most -> {
            throw command.wrongUsage("--limit: " + most + " tokens have no loss; give at least 2");
        });
        return limit;
    }

    /** Refuses every option of this group but --limit, because no task is given. */
    public void refuseWithoutTask(LancetCommand command) {
        command.refuseGiven(
                " applies only to --task; leave it out, or add --task NAME",
                "--data",
                "--by",
                "--shots",
                "--seed",
                "--template",
                "--answer",
                "--label",
                "--tokenizer");
    }
}
