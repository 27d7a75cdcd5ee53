package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.classify.LabelledTexts;
import dev.lancet.runtime.text.instruction.ExampleCounts;
import dev.lancet.runtime.text.instruction.InstructionText;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name what a fine-tuning is trained on: a text, or examples. */
public final class TuningData {

    private static final double USUAL_SHARE = 0.05;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "The text to train on: .txt, .jsonl, .csv, .tsv, .tar, each also as .gz or .tgz, or a"
                    + " folder of these. With --task classify: rows with a text and its class, as .csv, .tsv, .jsonl,"
                    + " .json, or .txt with lines sentence@label, also as .gz.")
    private Optional<Path> data = Optional.empty();

    @Option(
            names = "--examples",
            paramLabel = "FILE",
            description = "Instead of --data: prompts with answers, one for each row of a .jsonl, .json, .csv or .tsv,"
                    + " also as .gz. Only the answers have a loss. Rows have prompt and completion;"
                    + " instruction, input and output; context and target; messages; or any fields with"
                    + " --template and --label.")
    private Optional<Path> examples = Optional.empty();

    @Mixin
    private final FieldOption field = new FieldOption();

    @Mixin
    private final ExampleOptions wording = new ExampleOptions();

    @Option(
            names = "--epochs",
            paramLabel = "X",
            description = "Instead of --steps: how many times to train on each example.")
    private Optional<Double> epochs = Optional.empty();

    @Option(
            names = "--hold-out",
            paramLabel = "SHARE",
            description = "Share of the text or of the examples to hold out for validation (default: 0.05; with --task"
                    + " classify 0.2 of the rows of each class).")
    private Optional<Double> holdOut = Optional.empty();

    /** Fails if the options contradict each other. */
    public void check(LancetCommand command, TrainingOptions options) {
        if (data.isPresent() == examples.isPresent()) {
            throw command.wrongUsage(
                    "--data and --examples: give one of them, --data for a text, --examples for prompts"
                            + " with answers");
        }
        if (!holdsOut() && options.validation().isPresent()) {
            throw command.wrongUsage(options.validation().get() + " needs held-out text; leave out --hold-out 0");
        }
        if (data.isPresent()) {
            wording.mustBeUnsaid(command, "name their file with --examples instead of --data");
            if (epochs.isPresent()) {
                throw command.wrongUsage("--epochs: " + epochs.get() + " is for --examples; use --steps with --data");
            }
            corpus(command);
            return;
        }
        instructions(command);
        checkEpochs(command, options);
    }

    private void checkEpochs(LancetCommand command, TrainingOptions options) {
        if (epochs.isPresent() && options.steps().isPresent()) {
            throw command.wrongUsage("--epochs and --steps: both say how long to train; give only one");
        }
        if (epochs.isPresent() && !(epochs.get() > 0 && epochs.get() <= 10_000)) {
            throw command.wrongUsage("--epochs: " + epochs.get() + "; it must be above 0 and at most 10000");
        }
    }

    /** Whether something is held out. */
    public boolean holdsOut() {
        return share() > 0;
    }

    private double share() {
        return holdOut.orElse(USUAL_SHARE);
    }

    /**
     * Where labelled texts for a classifier are, and how they are read.
     *
     * @param file the file
     * @param fields the fields of the text and of its class
     * @param share the share to hold out, if it is given
     * @param epochs how many times to train on each text, if it is given
     */
    public record Labelled(Path file, LabelledTexts.Fields fields, Optional<Double> share, Optional<Double> epochs) {}

    /** The labelled texts of a classifier. Fails if an option is for another kind of fine-tuning. */
    public Labelled labelled(LancetCommand command, TrainingOptions options) {
        Optional<String> label = wording.labelField(command);
        if (examples.isPresent() || data.isEmpty()) {
            throw command.wrongUsage(examples.map(file -> "--examples: " + file).orElse("--task: classify has no rows")
                    + "; with --task classify name the rows with --data FILE");
        }
        checkEpochs(command, options);
        if (holdOut.isPresent() && !(holdOut.get() >= 0 && holdOut.get() < 1)) {
            throw command.wrongUsage("--hold-out: " + holdOut.get() + "; it must be from 0 to below 1");
        }
        return new Labelled(data.get(), new LabelledTexts.Fields(field.name(), label.orElse("label")), holdOut, epochs);
    }

    /**
     * Trains a model.
     *
     * @param settings the options of the training, with the usual rate and sequence of this model
     * @return what the examples consist of, or empty for a text
     */
    public Optional<ExampleCounts> train(
            LancetCommand command, Model model, TrainingOptions.Settings settings, CheckpointPolicy checkpoints) {
        if (data.isPresent()) {
            model.train(corpus(command), settings.training(command, OptionalInt.empty()), checkpoints);
            return Optional.empty();
        }
        Training usual = settings.training(command, OptionalInt.empty());
        InstructionText text = model.examples(instructions(command), usual);
        Training training = epochs.isEmpty()
                ? usual
                : settings.training(command, OptionalInt.of(text.steps(epochs.get(), usual.batch())));
        model.train(text, training, Optional.of(checkpoints));
        return Optional.of(text.counts());
    }

    private Corpus corpus(LancetCommand command) {
        try {
            return field.of(Corpus.corpus(data.orElseThrow().toString())).holdOut(share());
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage(String.valueOf(e.getMessage()));
        }
    }

    private Instructions instructions(LancetCommand command) {
        Instructions all = wording.of(command, List.of(examples.orElseThrow().toString()), field.name());
        try {
            return all.holdOut(share());
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage(String.valueOf(e.getMessage()));
        }
    }
}
