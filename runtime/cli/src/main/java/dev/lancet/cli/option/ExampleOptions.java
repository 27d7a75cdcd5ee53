package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.recipe.Instructions;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say how rows become examples, prompts with their answers. */
public final class ExampleOptions {

    @Option(
            names = "--template",
            paramLabel = "TEXT",
            description = "The prompt of an example, with {name} for a field of its row and \\n for a new line, for"
                    + " example '{text}\\nSentiment:' (default: the usual fields of a row).")
    private Optional<String> template = Optional.empty();

    @Option(
            names = "--label",
            paramLabel = "NAME",
            description = "The field that holds the answer, for example the class of a labelled table (with --task"
                    + " classify: label).")
    private Optional<String> label = Optional.empty();

    @Option(
            names = "--chat",
            description = "Word prompt and answer as messages of a user and an assistant, in the chat template of the"
                    + " model. Rows with messages need no option.")
    private boolean chat;

    @Option(names = "--pack", description = "Put several examples into a sequence. They do not attend to each other.")
    private boolean pack;

    @Option(
            names = "--cut",
            description = "Cut examples that are longer than a sequence, at the beginning of the prompt (default: leave"
                    + " them out).")
    private boolean cut;

    /** The examples in some files; {@code field} holds the text if there is an answer but no template. */
    public Instructions of(LancetCommand command, List<String> paths, Optional<String> field) {
        String[] more = paths.stream().skip(1).toArray(String[]::new);
        try {
            Instructions examples = Instructions.instructions(paths.get(0), more);
            Optional<String> prompt = template.map(
                            text -> text.replace("\\n", "\n").replace("\\t", "\t"))
                    .or(() -> label.map(any -> "{" + field.orElse("text") + "}\n"));
            examples = prompt.isPresent() ? examples.template(prompt.get()) : examples;
            examples = label.isPresent() ? examples.label(label.get()) : examples;
            examples = chat ? examples.chat() : examples;
            examples = pack ? examples.packed() : examples;
            return cut ? examples.cut() : examples;
        } catch (IllegalArgumentException wrong) {
            throw command.wrongUsage(String.valueOf(wrong.getMessage()));
        }
    }

    /** Fails if an option was given although no examples are read. */
    public void mustBeUnsaid(LancetCommand command, String wayOut) {
        String said = label.isPresent() && template.isEmpty() ? "--label" : saidOfPrompts();
        if (!said.isEmpty()) {
            throw command.wrongUsage(said + ": it is for examples; " + wayOut);
        }
    }

    /** The field that holds the class of a text, if the option names it. Fails if an option about prompts was given. */
    public Optional<String> labelField(LancetCommand command) {
        String said = saidOfPrompts();
        if (!said.isEmpty()) {
            throw command.wrongUsage(said + ": it is for prompts with answers; leave it out with --task classify");
        }
        return label;
    }

    private String saidOfPrompts() {
        return template.isPresent() ? "--template" : chat ? "--chat" : pack ? "--pack" : cut ? "--cut" : "";
    }
}
