package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.Precision;
import dev.lancet.runtime.bench.BenchmarkCase;
import dev.lancet.runtime.bench.Preset;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that choose the model of a benchmark. */
public final class BenchOptions {

    @Option(
            names = "--preset",
            paramLabel = "S|M|NAME",
            defaultValue = "S",
            description = "The shape of the model. S: 6 layers, width 256, feed-forward 688, vocabulary 4096. M: 12"
                    + " layers, width 768, feed-forward 2048, vocabulary 8192. Or a published model, for example"
                    + " llama-2-7b (default: ${DEFAULT-VALUE}).")
    private String preset = "";

    @Option(
            names = "--rank",
            paramLabel = "N",
            defaultValue = "0",
            description = "Factorize every linear layer except the head at rank N; 0 keeps full matrices (default:"
                    + " ${DEFAULT-VALUE}).")
    private int rank;

    @Option(names = "--layers", paramLabel = "N", description = "How many layers (default: as in the preset).")
    private Optional<Integer> layers = Optional.empty();

    @Option(names = "--sequence", paramLabel = "N", description = "Tokens in a sequence (default: as in the preset).")
    private Optional<Integer> sequence = Optional.empty();

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Sequences in a training step (default: as in" + " the preset).")
    private Optional<Integer> batch = Optional.empty();

    /** The benchmark with these options, this many measured steps, and linear layers in this precision. */
    public BenchmarkCase trial(LancetCommand command, int steps, Precision precision) {
        try {
            return new BenchmarkCase(Preset.named(preset).sized(layers, sequence, batch), rank, precision, steps);
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage(String.valueOf(e.getMessage()));
        }
    }
}
