package dev.lancet.cli;

import dev.lancet.dsl.Precision;
import dev.lancet.runtime.bench.Measured;
import dev.lancet.runtime.bench.TrainingBench;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lancet bench train}: how long a training step takes. */
@Command(
        name = "train",
        description = "Measure a training step: AdamW on random ids; the median of several, three warm up first.",
        footer = {
            "",
            "Examples:",
            "  lancet bench train",
            "  lancet bench train --preset M --rank 128 --steps 5 --json",
        })
final class BenchTrainCommand extends LancetCommand {

    @Mixin
    private final BenchOptions options = new BenchOptions();

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "15",
            description = "Steps that count; ${DEFAULT-VALUE} if not said.")
    private int steps;

    BenchTrainCommand(Console console) {
        super(console);
    }

    @Override
    Answer answer() {
        Measured measured = TrainingBench.run(options.trial(this, steps, Precision.float32()), progress());
        return new Answer(new LinkedHashMap<>(measured.fields()), measured.toString());
    }
}
