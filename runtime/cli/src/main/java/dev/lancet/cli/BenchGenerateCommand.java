package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.BenchOptions;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.cli.option.PrecisionOptions;
import dev.lancet.runtime.bench.BenchmarkResult;
import dev.lancet.runtime.bench.EngineBench;
import dev.lancet.runtime.bench.GenerationBench;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lancet bench generate}: measures how long a model needs for each new token. */
@Command(
        name = "generate",
        description = {
            "Measure how fast a model generates: greedily, after a prompt of 16 random token ids.",
            "Prints the median time of a token in milliseconds, the tokens per second, and the peak memory.",
            "With --engine, the model runs from files in a JVM of its own on the processor, after a prompt of 200 tokens:"
                    + " prints also the bytes of the files, the time to load them up to the first token, and the time to"
                    + " read the prompt."
        },
        footer = {
            "",
            "Examples:",
            "  lancet bench generate",
            "  lancet bench generate --preset M --bits 16",
            "  lancet bench generate --preset M --rank 128 --bits 4 --group 32 --json",
            "  lancet bench generate --preset M --engine onnx",
            "  lancet bench generate my-model --engine onnx",
        })
final class BenchGenerateCommand extends LancetCommand {

    @Parameters(
            arity = "0..1",
            paramLabel = "MODEL",
            description =
                    "Measure this model, not one of random weights; needs --engine. A Hugging Face folder, a Lancet"
                            + " model folder or, for onnx, a folder that lancet export wrote.")
    private Optional<Path> model = Optional.empty();

    @Mixin
    private final BenchOptions options = new BenchOptions();

    @Mixin
    private final PrecisionOptions precision = new PrecisionOptions();

    @Mixin
    private final DeviceOptions where = new DeviceOptions();

    @Option(names = "--engine", paramLabel = "tensorflow|onnx", description = "What runs the model from files.")
    private Optional<String> engine = Optional.empty();

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
        BenchmarkResult measured = measured();
        return new Answer(new LinkedHashMap<>(measured.fields()), measured.toString());
    }

    private BenchmarkResult measured() {
        if (engine.isEmpty()) {
            model.ifPresent(given -> {
                throw wrongUsage("model: " + given + "; add --engine tensorflow or --engine onnx");
            });
            return GenerationBench.run(
                    options.trial(this, steps, precision.precision(this)), where.device(this), progress());
        }
        refuseGiven(
                "; --engine measures one text, on the processor, so leave one of them out",
                "--device",
                "--gpu-memory",
                "--tf32",
                "--batch");
        if (model.isPresent()) {
            refuseGiven(
                    "; MODEL has its own form, so leave one of them out",
                    "--preset",
                    "--rank",
                    "--layers",
                    "--sequence",
                    "--bits",
                    "--group");
        }
        EngineBench bench = new EngineBench(engine(), steps, progress());
        return model.isPresent()
                ? bench.run(model.get())
                : bench.run(options.trial(this, steps, precision.precision(this)));
    }

    private EngineBench.Engine engine() {
        return Stream.of(EngineBench.Engine.values())
                .filter(known -> known.toString().equals(engine.orElseThrow()))
                .findFirst()
                .orElseThrow(() -> wrongUsage("--engine: " + engine.orElseThrow() + "; choose tensorflow or onnx"));
    }
}
