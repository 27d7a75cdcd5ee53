package dev.lancet.runtime.task;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Evaluation;
import dev.lancet.dsl.recipe.Task;
import dev.lancet.dsl.recipe.TaskScoring;
import dev.lancet.io.Progress;
import dev.lancet.runtime.text.task.AnswerParser;
import dev.lancet.runtime.text.task.Classification;
import dev.lancet.runtime.text.task.TaskChoice;
import dev.lancet.runtime.text.task.TaskItem;
import dev.lancet.runtime.text.task.TaskItems;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Asks a model the questions of a task, and compares its answers with the right ones. */
public final class TaskEvaluation {

    private static final int TOKENS_OF_A_LABEL = 16;
    private static final int TOKENS_OF_A_TEXT = 48;
    private static final int EXAMPLES = 5;

    private final TaskEngine engine;
    private final Tokenizer tokenizer;
    private final Progress progress;

    /** An evaluation of a model. */
    public TaskEvaluation(TaskEngine engine, Tokenizer tokenizer, Progress progress) {
        this.engine = engine;
        this.tokenizer = tokenizer;
        this.progress = progress;
    }

    /**
     * Measures a task.
     *
     * @throws LancetException if the data are damaged or do not fit the task; the message names the row
     */
    public TaskResult measure(Task task) {
        TaskItems read = TaskItems.read(task);
        List<TaskItem> items = read.items();
        boolean free = read.question().labels().isEmpty();
        TaskScoring by = task.by().orElse(free ? TaskScoring.GENERATE : TaskScoring.LIKELIHOOD);
        check(task, read, by);
        boolean[] truncated = new boolean[items.size()];
        List<List<Double>> likelihoods = Collections.nCopies(items.size(), List.of());
        if (by != TaskScoring.GENERATE) {
            likelihoods = likelihoods(task, items, truncated);
        }
        List<Optional<String>> generated = Collections.nCopies(items.size(), Optional.empty());
        if (by != TaskScoring.LIKELIHOOD) {
            generated = generated(task, items, free ? TOKENS_OF_A_TEXT : TOKENS_OF_A_LABEL, truncated);
        }
        List<TaskAnswer> answers = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            TaskItem item = items.get(i);
            answers.add(
                    new TaskAnswer(item.where(), item.right(), item.answer(), likelihoods.get(i), generated.get(i)));
        }
        int cut = (int)
                IntStream.range(0, truncated.length).filter(i -> truncated[i]).count();
        List<TaskMeasurement> measured = measurements(task, items, answers);
        return new TaskResult(task.name(), task.shots(), read.names(), majority(items, free), cut, measured, answers);
    }

    /**
     * Reads the rows of all tasks among evaluations, so that wrong data are found before long work.
     *
     * @throws LancetException if data are damaged or do not fit their task
     */
    public static void check(List<Evaluation> evaluations) {
        for (Evaluation evaluation : evaluations) {
            if (evaluation instanceof Task task) {
                TaskItems.read(task);
            }
        }
    }

    private static void check(Task task, TaskItems read, TaskScoring by) {
        if (read.question().labels().isEmpty() && by != TaskScoring.GENERATE) {
            throw new LancetException("task: " + task.name()
                    + " has no labels whose likelihood could be compared; add labels, or score by generation");
        }
        if (read.question().gap().isPresent() && by != TaskScoring.LIKELIHOOD) {
            throw new LancetException("task: " + task.name()
                    + " fills a gap, so a model cannot write its answer after the prompt; score by likelihood");
        }
    }

    private List<List<Double>> likelihoods(Task task, List<TaskItem> items, boolean[] truncated) {
        List<ContinuationRequest> requests = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            TaskItem item = items.get(i);
            int first = requests.size();
            for (TaskChoice choice : item.choices()) {
                ContinuationRequest request = ContinuationRequest.of(
                        tokenizer, choice, item.where(), engine.limits().context());
                if (requests.subList(first, requests.size()).stream().anyMatch(request::same)) {
                    throw new LancetException("task: " + item.where() + " has the answer '" + choice.words()
                            + "', which " + tokenizer.name()
                            + " encodes like another one, so the model cannot choose; use other words");
                }
                truncated[i] |= request.truncated();
                requests.add(request);
            }
        }
        checkIds(requests.stream().map(ContinuationRequest::prompt).toList());
        checkIds(requests.stream().map(ContinuationRequest::continuation).toList());
        double[] scores;
        try (Progress.Task told = progress.begin("evaluate " + task.name(), requests.size())) {
            scores = engine.score(requests, told);
        }
        List<List<Double>> byItem = new ArrayList<>();
        int from = 0;
        for (TaskItem item : items) {
            int to = from + item.choices().size();
            byItem.add(Arrays.stream(scores, from, to).boxed().toList());
            from = to;
        }
        return byItem;
    }

    private void checkIds(List<int[]> all) {
        all.forEach(ids -> TokenIdChecks.check(ids, engine.limits().vocabulary(), "a row"));
    }

    private List<Optional<String>> generated(Task task, List<TaskItem> items, int tokens, boolean[] truncated) {
        int added = Math.min(tokens, Math.max(1, engine.limits().context() / 2));
        int most = engine.limits().context() - added + 1;
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            int[] prompt = tokenizer.encode(items.get(i).prompt());
            truncated[i] |= prompt.length > most;
            prompts.add(
                    prompt.length > most ? Arrays.copyOfRange(prompt, prompt.length - most, prompt.length) : prompt);
        }
        checkIds(prompts);
        try (Progress.Task told = progress.begin("generate " + task.name(), items.size())) {
            return engine.firstLines(prompts, added, told).stream()
                    .map(Optional::of)
                    .toList();
        }
    }

    private static double majority(List<TaskItem> items, boolean free) {
        Function<TaskItem, Object> answer = free ? item -> TaskItems.normal(item.answer()) : TaskItem::right;
        long most = items.stream().collect(Collectors.groupingBy(answer, Collectors.counting())).values().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        return (double) most / items.size();
    }

    private static List<TaskMeasurement> measurements(Task task, List<TaskItem> items, List<TaskAnswer> answers) {
        List<TaskMeasurement> all = new ArrayList<>();
        if (!answers.get(0).logLikelihoods().isEmpty()) {
            all.add(chosen(TaskMeasurement.Scoring.LIKELIHOOD, task, items, answers));
            all.add(chosen(TaskMeasurement.Scoring.NORMALISED, task, items, answers));
        }
        if (answers.get(0).generated().isPresent()) {
            all.add(written(task, items, answers));
        }
        return all;
    }

    private static TaskMeasurement chosen(
            TaskMeasurement.Scoring scoring, Task task, List<TaskItem> items, List<TaskAnswer> answers) {
        List<Integer> predicted = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            List<Double> scores = answers.get(i).logLikelihoods();
            double[] compared = new double[scores.size()];
            for (int label = 0; label < compared.length; label++) {
                int divisor = scoring == TaskMeasurement.Scoring.NORMALISED
                        ? items.get(i).choices().get(label).characters()
                        : 1;
                compared[label] = scores.get(label) / divisor;
            }
            predicted.add(highest(compared));
        }
        int labels = items.get(0).choices().size();
        List<Integer> right = items.stream().map(TaskItem::right).toList();
        return new TaskMeasurement(scoring, Classification.of(labels, right, predicted, task.seed()), List.of());
    }

    /** The index of the highest number, of equal ones the first. */
    private static int highest(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    private static TaskMeasurement written(Task task, List<TaskItem> items, List<TaskAnswer> answers) {
        List<Integer> predicted = new ArrayList<>();
        List<String> unparsed = new ArrayList<>();
        int labels = Math.max(1, items.get(0).choices().size());
        for (int i = 0; i < items.size(); i++) {
            TaskItem item = items.get(i);
            String text = answers.get(i).generated().orElseThrow();
            OptionalInt answer = answer(item, text);
            predicted.add(answer.orElse(Classification.NONE));
            if (answer.isEmpty()
                    && unparsed.size() < EXAMPLES
                    && !item.choices().isEmpty()) {
                unparsed.add(text);
            }
        }
        List<Integer> right = items.stream().map(TaskItem::right).toList();
        return new TaskMeasurement(
                TaskMeasurement.Scoring.GENERATE, Classification.of(labels, right, predicted, task.seed()), unparsed);
    }

    private static OptionalInt answer(TaskItem item, String text) {
        if (item.choices().isEmpty()) {
            return TaskItems.same(text, item.answer()) ? OptionalInt.of(0) : OptionalInt.empty();
        }
        return new AnswerParser(item.choices().stream().map(TaskChoice::words).toList()).parse(text);
    }
}
