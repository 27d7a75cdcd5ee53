package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.Precision;
import dev.lancet.runtime.bench.BenchmarkCase;
import dev.lancet.runtime.bench.Preset;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say what is measured. */
public final class BenchOptions {

    @Option(
            names = "--preset",
            paramLabel = "S|M|NAME",
            defaultValue = "S",
            description = "S: 6 layers, width 256, feed-forward 688, vocabulary 4096; M: 12, 768, 2048, 8192; or a"
                    + " published model, as llama-2-7b."
                    + " ${DEFAULT-VALUE} if not said.")
    private String preset = "";

    @Option(
            names = "--rank",
            paramLabel = "N",
            defaultValue = "0",
            description = "Every linear layer but the head in two factors of this rank; 0, which is used if not said,"
                    + " leaves them whole.")
    private int rank;

    @Option(
            names = "--layers",
            paramLabel = "N",
            description = "So many layers of the preset's shape; its own if not said.")
    private Optional<Integer> layers = Optional.empty();

    @Option(names = "--sequence", paramLabel = "N", description = "Tokens a sequence; the preset's if not said.")
    private Optional<Integer> sequence = Optional.empty();

    @Option(names = "--batch", paramLabel = "N", description = "Sequences a training step; the preset's if not said.")
    private Optional<Integer> batch = Optional.empty();

    /** The trial in this precision. */
    public BenchmarkCase trial(LancetCommand command, int steps, Precision precision) {
        try {
            return new BenchmarkCase(Preset.named(preset).sized(layers, sequence, batch), rank, precision, steps);
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage(String.valueOf(e.getMessage()));
        }
    }
}
