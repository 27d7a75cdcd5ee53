package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.io.Progress;
import dev.lancet.io.TemporaryFolder;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.onnx.OnnxExport;
import dev.lancet.runtime.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** The option that chooses what runs a model. */
public final class EngineOption {

    @Option(
            names = "--engine",
            paramLabel = "tensorflow|onnx|auto",
            defaultValue = "auto",
            description =
                    "What runs the model. onnx is ONNX Runtime, on the processor: it runs a folder that lancet export"
                            + " wrote, and exports any other model to a temporary folder first. auto (the default) is onnx for"
                            + " an exported folder, and tensorflow for any other model.")
    private String name = "";

    /** Whether ONNX Runtime runs the model, which is said if the choice was left to Lancet. */
    public boolean onnx(LancetCommand command, String model) {
        boolean exported = OnnxModel.exported(Path.of(model));
        if (name.equals("auto")) {
            if (exported) {
                command.tell("engine: onnx, because " + model + " is an exported folder");
            }
            return exported;
        }
        if (!name.equals("onnx") && !name.equals("tensorflow")) {
            throw command.wrongUsage("--engine: " + name + "; choose tensorflow, onnx or auto");
        }
        return name.equals("onnx");
    }

    /** Runs a model with ONNX Runtime, and returns what {@code use} returns. */
    public static <T> T run(String model, Progress progress, Function<OnnxModel, T> use) {
        if (OnnxModel.exported(Path.of(model))) {
            try (OnnxModel opened = OnnxModel.open(Path.of(model))) {
                return use.apply(opened);
            }
        }
        ModelArgument argument = ModelArgument.of(model);
        argument.source();
        Checkpoint found = argument.checkpoint();
        try (TemporaryFolder scratch = TemporaryFolder.create("lancet-onnx")) {
            Path folder = scratch.path().resolve("model");
            OnnxExport.of(found, false, progress).write(folder);
            try (OnnxModel opened = OnnxModel.open(folder)) {
                return use.apply(opened);
            }
        }
    }
}
