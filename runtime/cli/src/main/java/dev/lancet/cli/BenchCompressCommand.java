package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.BenchOptions;
import dev.lancet.cli.option.PrecisionOptions;
import dev.lancet.runtime.bench.BenchmarkCase;
import dev.lancet.runtime.bench.BenchmarkResult;
import dev.lancet.runtime.bench.CompressionBench;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lancet bench compress}: measures how long it takes to compress a model. */
@Command(
        name = "compress",
        description = {
            "Measure how long it takes to compress a model of random weights: factorize, quantize or both.",
            "Prints the median time of a compression in milliseconds, the megabytes per second, and the peak memory."
        },
        footer = {
            "",
            "Examples:",
            "  lancet bench compress --rank 32",
            "  lancet bench compress --preset M --bits 8 --json",
        })
final class BenchCompressCommand extends LancetCommand {

    @Mixin
    private final BenchOptions options = new BenchOptions();

    @Mixin
    private final PrecisionOptions precision = new PrecisionOptions();

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many times to compress (default: ${DEFAULT-VALUE}).")
    private int steps;

    BenchCompressCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        BenchmarkCase benchmark = options.trial(this, steps, precision.precision(this));
        if (benchmark.rank() == 0 && !benchmark.precision().narrow()) {
            throw wrongUsage("compress: nothing to do; give --rank, --bits or both");
        }
        BenchmarkResult measured = CompressionBench.run(benchmark, progress());
        return new Answer(new LinkedHashMap<>(measured.fields()), measured.toString());
    }
}
