package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.BenchOptions;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.cli.option.PrecisionOptions;
import dev.lancet.runtime.bench.BenchmarkResult;
import dev.lancet.runtime.bench.GenerationBench;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lancet bench generate}: measures how long a model needs for each new token. */
@Command(
        name = "generate",
        description = {
            "Measure how fast a model generates: greedily, after a prompt of 16 random token ids.",
            "Prints the median time of a token in milliseconds, the tokens per second, and the peak memory."
        },
        footer = {
            "",
            "Examples:",
            "  lancet bench generate",
            "  lancet bench generate --preset M --bits 16",
            "  lancet bench generate --preset M --rank 128 --bits 4 --group 32 --json",
        })
final class BenchGenerateCommand extends LancetCommand {

    @Mixin
    private final BenchOptions options = new BenchOptions();

    @Mixin
    private final PrecisionOptions precision = new PrecisionOptions();

    @Mixin
    private final DeviceOptions where = new DeviceOptions();

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "64",
            description = "How many generated tokens to time, after the warm-up (default: ${DEFAULT-VALUE}).")
    private int steps;

    BenchGenerateCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        BenchmarkResult measured = GenerationBench.run(
                options.trial(this, steps, precision.precision(this)), where.device(this), progress());
        return new Answer(new LinkedHashMap<>(measured.fields()), measured.toString());
    }
}
