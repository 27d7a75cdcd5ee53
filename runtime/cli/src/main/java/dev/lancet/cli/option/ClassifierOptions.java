package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that turn a fine-tuning into that of a classifier of texts. */
public final class ClassifierOptions {

    /** The name of the task. */
    public static final String CLASSIFY = "classify";

    @Option(
            names = "--task",
            paramLabel = "classify",
            description =
                    "Train a TensorFlow SavedModel that encodes texts to classify them; --data has texts with their"
                            + " classes.")
    private Optional<String> task = Optional.empty();

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "With --task: a tokenizer.json (default: the one in the model or beside it).")
    private Optional<Path> tokenizer = Optional.empty();

    @Option(
            names = "--output",
            paramLabel = "NAME",
            description =
                    "With --task: the output to classify by, [batch, width], [batch, positions, width], or [batch,"
                            + " classes] if it has scores already (default: the only one that fits).")
    private Optional<String> output = Optional.empty();

    @Option(
            names = "--validation",
            paramLabel = "FILE",
            description = "With --task: rows to validate on, instead of --hold-out.")
    private Optional<Path> validation = Optional.empty();

    /** Whether a classifier is to be trained. Fails if an option of this group was given without a task. */
    public boolean asked(LancetCommand command) {
        if (task.isPresent() && !task.get().equals(CLASSIFY)) {
            throw command.wrongUsage("--task: " + task.get() + "; tune knows only " + CLASSIFY);
        }
        if (task.isEmpty()) {
            command.refuseGiven(
                    " applies only to --task classify; leave it out, or add that",
                    "--tokenizer",
                    "--output",
                    "--validation");
        }
        return task.isPresent();
    }

    /** The file of the tokenizer, if one is given. */
    public Optional<Path> tokenizer() {
        return tokenizer;
    }

    /** The output to classify by, if one is named. */
    public Optional<String> output() {
        return output;
    }

    /** The rows to validate on, if they are in a file of their own. */
    public Optional<Path> validation() {
        return validation;
    }
}
