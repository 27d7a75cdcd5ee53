package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.io.Progress;
import dev.lancet.io.TemporaryFolder;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.onnx.OnnxExport;
import dev.lancet.runtime.onnx.OnnxModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** The option that chooses what runs a model. */
public final class EngineOption {

    @Option(
            names = "--engine",
            paramLabel = "tensorflow|onnx|auto",
            defaultValue = "auto",
            description = "What runs the model. onnx is ONNX Runtime, on the processor: it runs a folder that lancet export"
                    + " wrote, and exports any other model to a temporary folder first. auto (the default) is onnx for"
                    + " an exported folder, and tensorflow for any other model.")
    private String name = "";

    /** Whether ONNX Runtime runs the model, which is said if the choice was left to Lancet. */
    public boolean onnx(LancetCommand command, String model) {
        boolean exported = exported(model);
        switch (name) {
            case "tensorflow":
                return false;
            case "onnx":
                return true;
            case "auto":
                if (exported) {
                    command.tell("engine: onnx, because " + model + " is an exported folder");
                }
                return exported;
            default:
                throw command.wrongUsage("--engine: " + name + "; choose tensorflow, onnx or auto");
        }
    }

    /** Whether a folder holds an exported model and nothing that TensorFlow could run. */
    private static boolean exported(String model) {
        Path folder = Path.of(model);
        return Files.exists(folder.resolve("model.onnx"))
                && !Files.exists(folder.resolve("lancet.json"))
                && !Files.exists(folder.resolve("config.json"));
    }

    /** Runs a model with ONNX Runtime, and returns what {@code use} returns. */
    public static <T> T run(String model, Progress progress, Function<OnnxModel, T> use) {
        if (exported(model)) {
            try (OnnxModel opened = OnnxModel.open(Path.of(model))) {
                return use.apply(opened);
            }
        }
        ModelArgument argument = ModelArgument.of(model);
        argument.source();
        Checkpoint found = argument.checkpoint();
        try (TemporaryFolder scratch = TemporaryFolder.create("lancet-onnx")) {
            Path folder = scratch.path().resolve("model");
            new OnnxExport(found.transformer(), found.plan(), found.weights(), found.tokenizer(), false, progress)
                    .write(folder);
            try (OnnxModel opened = OnnxModel.open(folder)) {
                return use.apply(opened);
            }
        }
    }
}
