package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Examples for fine-tuning: prompts with their answers. A training on them has a loss on the tokens of the answers only.
 *
 * <p>The rows of {@code .jsonl}, {@code .json}, {@code .csv} and {@code .tsv} are the examples. Without a template, a row
 * has the fields {@code prompt} and {@code completion}; {@code instruction}, perhaps {@code input}, and {@code output};
 * {@code context} and {@code target}; or {@code messages}. A row that occurs twice counts once.
 *
 * @param paths files and folders, relative to the directory of the run
 * @param wording how a row becomes a prompt and an answer
 * @param fit how examples become sequences
 * @param holdOut share of the examples to hold out for validation, at least 0 and less than 1
 * @param seed seed for choosing the held-out examples
 */
public record Instructions(List<String> paths, Wording wording, Fit fit, double holdOut, long seed) {

    /**
     * How a row becomes a prompt and an answer.
     *
     * @param template the prompt, with <code>{name}</code> for the field of that name; empty for the usual fields
     * @param label the field that holds the answer; empty for the usual fields
     * @param chat whether prompt and answer become messages in the model's chat template
     */
    public record Wording(Optional<String> template, Optional<String> label, boolean chat) {

        public Wording {
            Check.that(template.filter(String::isBlank).isEmpty(), "template: it is empty; write for example {text}");
            Check.that(label.filter(String::isBlank).isEmpty(), "label: the field has no name; give one");
            Check.that(
                    label.isEmpty() || template.isPresent(),
                    "label: '%s' is the answer, but no template makes a prompt; add for example template(\"{text}\")",
                    label.orElse(""));
        }
    }

    /**
     * How examples become sequences.
     *
     * @param packed whether a sequence may hold several examples, which do not attend to each other
     * @param cut whether to cut an example that is longer than a sequence; otherwise it is left out
     */
    public record Fit(boolean packed, boolean cut) {}

    public Instructions {
        paths = List.copyOf(paths);
        Check.that(
                !paths.isEmpty() && paths.stream().noneMatch(String::isBlank),
                "instructions: the path is empty; name a file with examples");
        Check.that(
                holdOut >= 0 && holdOut < 1,
                "holdOut: %s; it must be at least 0 and less than 1, for example 0.05",
                holdOut);
    }

    /** Examples from files and folders: one in a sequence, nothing held out. */
    public static Instructions instructions(String path, String... more) {
        List<String> paths = new ArrayList<>(List.of(more));
        paths.add(0, path);
        Wording usual = new Wording(Optional.empty(), Optional.empty(), false);
        return new Instructions(paths, usual, new Fit(false, false), 0, 0);
    }

    /**
     * The same examples with this prompt. <code>{name}</code> stands for the field of that name, <code>{{</code> and
     * <code>}}</code> for a brace.
     */
    public Instructions template(String prompt) {
        return with(new Wording(Optional.of(prompt), wording.label, wording.chat));
    }

    /** The same examples with the answer in this field, for example a class of a labelled table. */
    public Instructions label(String field) {
        return with(new Wording(wording.template, Optional.of(field), wording.chat));
    }

    /** The same examples as messages of a user and an assistant, in the chat template of the model. */
    public Instructions chat() {
        return with(new Wording(wording.template, wording.label, true));
    }

    /** The same examples, with several in a sequence where they fit. They do not attend to each other. */
    public Instructions packed() {
        return new Instructions(paths, wording, new Fit(true, fit.cut), holdOut, seed);
    }

    /** The same examples; those that are longer than a sequence lose the beginning of their prompt. */
    public Instructions cut() {
        return new Instructions(paths, wording, new Fit(fit.packed, true), holdOut, seed);
    }

    /** The same examples with this share held out from training. */
    public Instructions holdOut(double share) {
        return holdOut(share, seed);
    }

    /** The same examples with this share held out from training; the seed chooses them. */
    public Instructions holdOut(double share, long seed) {
        return new Instructions(paths, wording, fit, share, seed);
    }

    private Instructions with(Wording other) {
        return new Instructions(paths, other, fit, holdOut, seed);
    }

    /** The paths, for messages. */
    public String name() {
        return String.join(", ", paths);
    }

    @Override
    public String toString() {
        return "instructions(" + paths.stream().map(Instructions::quoted).collect(Collectors.joining(", ")) + ")"
                + wording.template
                        .map(text -> ".template(" + quoted(text) + ")")
                        .orElse("")
                + wording.label.map(field -> ".label(" + quoted(field) + ")").orElse("")
                + (wording.chat ? ".chat()" : "")
                + (fit.packed ? ".packed()" : "")
                + (fit.cut ? ".cut()" : "")
                + (holdOut == 0 ? "" : ".holdOut(" + holdOut + (seed == 0 ? "" : ", " + seed) + ")");
    }

    private static String quoted(String text) {
        return '"'
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t")
                + '"';
    }
}
