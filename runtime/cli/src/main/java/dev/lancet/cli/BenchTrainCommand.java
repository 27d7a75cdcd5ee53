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

/** {@code lancet bench train}: how long a training step takes. */
@Command(
        name = "train",
        description = "Measure a training step: AdamW on random ids; the median of several, three warm up first.",
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
            description =
                    "Adapters of rank N beside every linear layer but the head, and nothing else trained; --bits says in"
                            + " how many bits the frozen layers are stored. 0, which is used if not said, trains everything.")
    private int lora;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "15",
            description = "Steps that count; ${DEFAULT-VALUE} if not said.")
    private int steps;

    @Mixin
    private final DtypeOption dtype = new DtypeOption();

    @Option(
            names = "--checkpointing",
            description = "Compute the insides of blocks again in the backward pass instead of keeping them.")
    private boolean checkpointing;

    @Option(
            names = "--whole-step",
            description =
                    "Let XLA compile forward and backward as one, matrix products too; on a GPU it needs CUDA's compiler.")
    private boolean wholeStep;

    @Option(
            names = "--without",
            paramLabel = "PASS,...",
            split = ",",
            description =
                    "Leave passes out, to see what they are worth: causal-tiles, streams, softmax-gradient, fused-cross-entropy,"
                            + " backward-dequantization, cheap-recomputation, matrix-layout, single-results, short-sums, compiled, and with 16 bits wide-sums.")
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
                        + "; what is stored so is not trained, put adapters beside it with --lora 8");
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
