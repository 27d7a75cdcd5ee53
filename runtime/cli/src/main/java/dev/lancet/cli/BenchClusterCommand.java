package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.BenchOptions;
import dev.lancet.cli.option.DtypeOption;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.runtime.bench.BenchmarkCase;
import dev.lancet.runtime.bench.BenchmarkResult;
import dev.lancet.runtime.bench.ClusterBench;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lancet bench cluster}: measures what several workers on this machine are worth. */
@Command(
        name = "cluster",
        description = {
            "Measure training with several workers on this machine against one of them.",
            "Every worker is a process with an equal part of the processors, and trains on the preset's batch. Prints the"
                    + " time of a step, tokens per second, the share of communication, and the bytes each worker sends."
        },
        footer = {
            "",
            "Examples:",
            "  lancet bench cluster --preset M",
            "  lancet bench cluster --preset M --rank 128 --json",
        })
final class BenchClusterCommand extends LancetCommand {

    @Mixin
    private final BenchOptions options = new BenchOptions();

    @Mixin
    private final DtypeOption dtype = new DtypeOption();

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many workers (default: ${DEFAULT-VALUE}).")
    private int workers;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many steps to time, after the warm-up (default: ${DEFAULT-VALUE}).")
    private int steps;

    BenchClusterCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        Arithmetic arithmetic = dtype.arithmetic(this);
        if (workers < 2) {
            throw wrongUsage("--workers: " + workers + "; give 2 or more");
        }
        if (arithmetic != Arithmetic.FLOAT32 && arithmetic != Arithmetic.BFLOAT16) {
            throw wrongUsage("--dtype: give fp32 or bf16, so that both sides compute in the same");
        }
        BenchmarkCase benchmark = options.trial(this, steps, Precision.float32());
        BenchmarkResult result = ClusterBench.run(benchmark, workers, arithmetic, console.err(), progress());
        return new Answer(new LinkedHashMap<>(result.fields()), ClusterBench.table(result));
    }
}
