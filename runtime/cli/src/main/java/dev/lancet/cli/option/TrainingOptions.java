package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.recipe.Training;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a training. */
public final class TrainingOptions {

    private static final int USUAL_STEPS = 200;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of AdamW (default: 200).")
    private Optional<Integer> steps = Optional.empty();

    @Option(
            names = "--rate",
            paramLabel = "X",
            description =
                    "Highest learning rate (default: 2e-4 with adapters, 5e-5 without; with --task classify 2e-2 for"
                            + " the head, 5e-4 with adapters, 1e-4 for all weights).")
    private Optional<Double> rate = Optional.empty();

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "8",
            description = "Sequences in a step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--sequence",
            paramLabel = "N",
            description = "Tokens in a sequence (default: the model's context, but at most 512). With --task classify"
                    + " longer texts are cut.")
    private Optional<Integer> sequence = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "Seed for the order of the text (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--validate-every",
            paramLabel = "N",
            description = "Measure the validation loss every N" + " steps (default: only at the end;"
                    + " with --task classify ten times).")
    private Optional<Integer> validateEvery = Optional.empty();

    @Option(
            names = "--stop-early",
            paramLabel = "N",
            description = "Stop after N validations without improvement, and keep the best weights (default:"
                    + " train all steps; with --task classify 3 if --validate-every is not given).")
    private Optional<Integer> stopEarly = Optional.empty();

    @Option(
            names = "--eight-bit-moments",
            description = "Keep both moments of AdamW in 8 bits: a quarter of their memory.")
    private boolean eightBit;

    @Option(
            names = "--checkpointing",
            description = "Recompute each block in the backward pass instead of keeping its activations: less"
                    + " memory, more time.")
    private boolean checkpointing;

    @Mixin
    private final DtypeOption dtype = new DtypeOption();

    /** These options for a model, with the rate and the tokens in a sequence if the options do not set them. */
    public Settings settings(double usualRate, int usualSequence) {
        return new Settings(this, usualRate, usualSequence);
    }

    /** The options of a training for one model. */
    public record Settings(TrainingOptions options, double usualRate, int usualSequence) {

        /** The training, in this many steps if the option does not set them. */
        public Training training(LancetCommand command, OptionalInt usualSteps) {
            return options.training(
                    command,
                    usualRate,
                    Optional.of(options.sequence.orElse(usualSequence)),
                    usualSteps.orElse(USUAL_STEPS));
        }
    }

    /** The number of steps, if the option sets it. */
    public Optional<Integer> steps() {
        return steps;
    }

    /** The tokens in a sequence, if the option sets them. */
    public OptionalInt sequence() {
        return sequence.map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    /** The number of sequences in a step. */
    public int batch() {
        return batch;
    }

    /**
     * The training of a graph, whose rows have their own length.
     *
     * @param usualSteps the number of steps if neither this is empty nor the option sets it
     */
    public Training ofGraph(LancetCommand command, double usualRate, OptionalInt usualSteps) {
        return training(command, usualRate, Optional.empty(), usualSteps.orElse(USUAL_STEPS));
    }

    private Training training(LancetCommand command, double usualRate, Optional<Integer> tokens, int usualSteps) {
        if (stopEarly.isPresent() && validateEvery.isEmpty()) {
            throw command.wrongUsage("--stop-early: " + stopEarly.get()
                    + " needs validations during the training; add --validate-every 50");
        }
        try {
            Training training = Training.adamW(steps.orElse(usualSteps), rate.orElse(usualRate))
                    .batch(batch)
                    .seed(seed);
            training = tokens.isPresent() ? training.sequence(tokens.get()) : training;
            training = eightBit ? training.eightBitMoments() : training;
            training = validateEvery.isPresent() ? training.validateEvery(validateEvery.get()) : training;
            training = stopEarly.isPresent() ? training.stopEarly(stopEarly.get()) : training;
            return training.execution(
                    training.execution().arithmetic(dtype.arithmetic(command)).checkpointing(checkpointing));
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage(String.valueOf(e.getMessage()));
        }
    }

    /** The given option that needs held-out text, with its value. */
    public Optional<String> validation() {
        return stopEarly
                .map(number -> "--stop-early: " + number)
                .or(() -> validateEvery.map(number -> "--validate-every: " + number));
    }
}
