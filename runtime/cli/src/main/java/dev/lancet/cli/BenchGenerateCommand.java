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

/** {@code lancet bench generate}: how long one more token takes. */
@Command(
        name = "generate",
        description = "Measure how fast text comes: the likeliest token each time, after 16 random ids.",
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
            description = "Tokens that count; ${DEFAULT-VALUE} if not said.")
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
