package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.recipe.Training;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say how a model is trained. */
public final class TrainingOptions {

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "200",
            description = "Steps of AdamW; ${DEFAULT-VALUE} if not said.")
    private int steps;

    @Option(
            names = "--rate",
            paramLabel = "X",
            description = "Highest learning rate; 2e-4 with adapters, 5e-5 without, if not said.")
    private Optional<Double> rate = Optional.empty();

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "8",
            description = "Sequences a step; ${DEFAULT-VALUE} if not said.")
    private int batch;

    @Option(
            names = "--sequence",
            paramLabel = "N",
            description = "Tokens a sequence; the model's context, but at most 512, if not said.")
    private Optional<Integer> sequence = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "Of the order of the text; ${DEFAULT-VALUE} if not said.")
    private long seed;

    @Option(names = "--validate-every", paramLabel = "N", description = "Look at held-out text every N steps.")
    private Optional<Integer> validateEvery = Optional.empty();

    @Option(
            names = "--stop-early",
            paramLabel = "N",
            description = "End after N validations without improvement, with the weights of the best one.")
    private Optional<Integer> stopEarly = Optional.empty();

    @Option(
            names = "--checkpointing",
            description = "Compute the insides of blocks again in the backward pass instead of keeping them.")
    private boolean checkpointing;

    @Mixin
    private final DtypeOption dtype = new DtypeOption();

    /** The training, with this rate and this many tokens a sequence where none is said. */
    public Training training(LancetCommand command, double usualRate, int usualSequence) {
        if (stopEarly.isPresent() && validateEvery.isEmpty()) {
            throw command.wrongUsage("--stop-early: " + stopEarly.get()
                    + "; nothing is validated before the end, add --validate-every 50");
        }
        try {
            Training training = Training.adamW(steps, rate.orElse(usualRate))
                    .batch(batch)
                    .sequence(sequence.orElse(usualSequence))
                    .seed(seed);
            training = validateEvery.isPresent() ? training.validateEvery(validateEvery.get()) : training;
            training = stopEarly.isPresent() ? training.stopEarly(stopEarly.get()) : training;
            return training.execution(
                    training.execution().arithmetic(dtype.arithmetic(command)).checkpointing(checkpointing));
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage(String.valueOf(e.getMessage()));
        }
    }

    /** What is said that needs text to be held out. */
    public Optional<String> validation() {
        return stopEarly
                .map(number -> "--stop-early: " + number)
                .or(() -> validateEvery.map(number -> "--validate-every: " + number));
    }
}
