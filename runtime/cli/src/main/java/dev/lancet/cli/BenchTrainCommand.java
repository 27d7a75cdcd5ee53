package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.BenchOptions;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.cli.option.DtypeOption;
import dev.lancet.cli.option.PrecisionOptions;
import dev.lancet.dsl.recipe.Execution;
import dev.lancet.runtime.bench.BenchmarkCase;
import dev.lancet.runtime.bench.BenchmarkResult;
import dev.lancet.runtime.bench.TrainingBench;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.surgery.pass.Pass;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lancet bench train}: measures how long a training step takes. */
@Command(
        name = "train",
        description = {
            "Measure how long a training step takes: AdamW on random token ids, after three warm-up steps.",
            "Prints the median time of a step in milliseconds, the tokens per second, and the peak memory."
        },
        footer = {
            "",
            "Examples:",
            "  lancet bench train",
            "  lancet bench train --preset M --rank 128 --steps 5 --json",
            "  lancet bench train --dtype auto",
            "  lancet bench train --without streams",
            "  lancet bench train --bits 4 --group 64 --lora 8 --checkpointing",
            "  lancet bench train --preset M --dtype bf16 --device gpu",
        })
final class BenchTrainCommand extends LancetCommand {

    @Mixin
    private final BenchOptions options = new BenchOptions();

    @Mixin
    private final PrecisionOptions precision = new PrecisionOptions();

    @Mixin
    private final DeviceOptions where = new DeviceOptions();

    @Option(
            names = "--lora",
            paramLabel = "N",
            defaultValue = "0",
            description = "Add an adapter of rank N to every linear layer except the head, and train only the"
                    + " adapters. --bits"
                    + " sets how the frozen layers are stored. 0 (the default) trains all weights, without adapters.")
    private int lora;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "15",
            description = "How many steps to time, after the warm-up (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Mixin
    private final DtypeOption dtype = new DtypeOption();

    @Option(
            names = "--checkpointing",
            description = "Recompute each block in the backward pass instead of keeping its activations: less"
                    + " memory, more time.")
    private boolean checkpointing;

    @Option(
            names = "--whole-step",
            description = "Let XLA compile the forward and the backward pass, with their matrix products, as one"
                    + " function. On a"
                    + " GPU this needs CUDA's compiler.")
    private boolean wholeStep;

    @Option(
            names = "--without",
            paramLabel = "PASS,...",
            split = ",",
            description =
                    "Leave out optimizations of the step's graph, to measure what each is worth: causal-tiles, streams,"
                            + " softmax-gradient, fused-cross-entropy, backward-dequantization, cheap-recomputation,"
                            + " matrix-layout, single-results, short-sums, compiled; wide-sums too if --dtype"
                            + " has 16 bits.")
    private List<String> without = List.of();

    BenchTrainCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        BenchmarkCase benchmark = trial();
        Execution execution = execution();
        BenchmarkResult measured = TrainingBench.run(benchmark, execution, passing(benchmark, execution), progress());
        return new Answer(new LinkedHashMap<>(measured.fields()), measured.toString());
    }

    private BenchmarkCase trial() {
        try {
            BenchmarkCase benchmark =
                    options.trial(this, steps, precision.precision(this)).adapted(lora);
            if (benchmark.precision().narrow() && lora == 0) {
                throw wrongUsage("--bits: " + benchmark.precision()
                        + " weights are frozen; add adapters to train, for example --lora 8");
            }
            return benchmark;
        } catch (IllegalArgumentException e) {
            throw wrongUsage(String.valueOf(e.getMessage()));
        }
    }

    private Execution execution() {
        try {
            return Execution.plain()
                    .arithmetic(dtype.arithmetic(this))
                    .checkpointing(checkpointing)
                    .wholeStep(wholeStep);
        } catch (IllegalArgumentException e) {
            throw wrongUsage(String.valueOf(e.getMessage()));
        }
    }

    private PassSelection passing(BenchmarkCase benchmark, Execution execution) {
        try {
            Set<Pass> passes = without.stream().map(Pass::named).collect(Collectors.toUnmodifiableSet());
            return TrainingBench.passing(benchmark, execution, passes, where.device(this));
        } catch (IllegalArgumentException e) {
            throw wrongUsage("--without " + e.getMessage());
        }
    }
}
