package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The tasks that have names. Each can be asked in several forms, because its data are published with different fields. The
 * prompts of boolq, piqa and winogrande are those of lm-evaluation-harness (EleutherAI, 0.4), those of the financial tasks
 * are FinGPT's (arXiv 2310.04793) and FinLoRA's (arXiv 2505.19819).
 */
final class NamedTasks {

    private static final String NEWS = "news";
    private static final String TWEET = "tweet";

    private static final List<TaskLabel> SENTIMENTS =
            List.of(label("negative", "0"), label("neutral", "1"), label("positive", "2"));
    private static final List<TaskLabel> TWEETS =
            List.of(label("negative", "0", "bearish"), label("positive", "1", "bullish"), label("neutral", "2"));
    private static final List<TaskLabel> DEGREES = List.of(
            label("strong negative", "severely negative"),
            label("moderately negative"),
            label("mildly negative"),
            label("neutral"),
            label("mildly positive"),
            label("moderately positive"),
            label("strong positive", "severely positive"));

    private static final Map<String, List<TaskQuestion>> ALL = all();

    private NamedTasks() {}

    private static Map<String, List<TaskQuestion>> all() {
        Map<String, List<TaskQuestion>> all = new LinkedHashMap<>();
        all.put("fpb", questions(sentiment(NEWS, "sentence", SENTIMENTS), sentiment(NEWS, "text", SENTIMENTS)));
        all.put("fiqa", questions(sentiment(NEWS, "sentence", SENTIMENTS), sentiment(NEWS, "text", SENTIMENTS)));
        all.put("tfns", questions(sentiment(TWEET, "text", TWEETS)));
        all.put("nwgi", questions(sentiment(NEWS, "news", DEGREES), sentiment(NEWS, "text", DEGREES)));
        all.put("ner", instructions(words("location", "organization", "person")));
        all.put("headline", instructions(words("Yes", "No")));
        List<TaskLabel> noYes = List.of(label("no", "0", "false"), label("yes", "1", "true"));
        String passage = "{passage}\nQuestion: {question}?\nAnswer:";
        all.put(
                "boolq",
                List.of(
                        asking(passage, "label", noYes),
                        asking(passage, "answer", noYes),
                        adapted(words("true", "false"))));
        all.put(
                "piqa",
                List.of(
                        asking(
                                "Question: {goal}\nAnswer:",
                                "label",
                                List.of(label("{sol1}", "0"), label("{sol2}", "1"))),
                        adapted(words("solution1", "solution2"))));
        all.put(
                "winogrande",
                List.of(
                        asking("{sentence}", "answer", List.of(label("{option1}", "1"), label("{option2}", "2")))
                                .gap("_"),
                        adapted(words("option1", "option2"))));
        return all;
    }

    static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    static List<TaskQuestion> questions(String name) {
        List<TaskQuestion> found = ALL.getOrDefault(name, List.of());
        Check.that(
                !found.isEmpty(),
                "task: '%s' is not known; choose one of %s, or declare your own with a prompt",
                name,
                String.join(", ", ALL.keySet()));
        return found;
    }

    /** The given forms, and those of published instructions with the same labels. */
    private static List<TaskQuestion> questions(TaskQuestion... own) {
        return Stream.concat(Arrays.stream(own), instructions(own[0].labels()).stream())
                .toList();
    }

    /** FinLoRA's {@code context} with its {@code target}, and FinGPT's {@code instruction}, {@code input}, {@code output}. */
    private static List<TaskQuestion> instructions(List<TaskLabel> labels) {
        return List.of(
                asking("{context}", "target", labels),
                asking("Instruction: {instruction}\nInput: {input}\nAnswer:", "output", labels));
    }

    /** The instructions of LLM-Adapters (arXiv 2304.01933), whose {@code answer} is a word that the instruction names. */
    private static TaskQuestion adapted(List<TaskLabel> labels) {
        return asking("{instruction}\nAnswer:", "answer", labels);
    }

    private static TaskQuestion sentiment(String what, String field, List<TaskLabel> labels) {
        String choices = labels == DEGREES ? String.join("/", names(DEGREES)) : "negative/neutral/positive";
        return asking(
                "Instruction: What is the sentiment of this " + what + "? Please choose an answer from {{" + choices
                        + "}}.\nInput: {" + field + "}\nAnswer:",
                "label",
                labels);
    }

    private static List<String> names(List<TaskLabel> labels) {
        return labels.stream().map(TaskLabel::text).toList();
    }

    private static TaskQuestion asking(String prompt, String answer, List<TaskLabel> labels) {
        return new TaskQuestion(prompt, answer, labels, Optional.empty());
    }

    private static List<TaskLabel> words(String... words) {
        return Arrays.stream(words).map(word -> label(word)).toList();
    }

    /** A label that the data spell as the prompt does, if the word is fixed, or by one of the other values. */
    private static TaskLabel label(String word, String... others) {
        Stream<String> fixed = word.startsWith("{") ? Stream.of() : Stream.of(word);
        return new TaskLabel(Stream.concat(fixed, Arrays.stream(others)).toList(), word);
    }
}
