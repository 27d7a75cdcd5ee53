package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import picocli.CommandLine.Option;

/** The option that chooses what runs a language model. */
public final class EngineOption {

    @Option(
            names = "--engine",
            paramLabel = "tensorflow|onnx|auto",
            defaultValue = "auto",
            description =
                    "What runs a language model. onnx is ONNX Runtime, on the processor: it runs a folder that lancet"
                            + " export wrote, and exports any other model to a temporary folder first. auto (the default) is"
                            + " onnx for an exported folder, and tensorflow for any other model. If the model's folder holds"
                            + " its export in a folder onnx, generate and serve try both on a few tokens, and auto is the faster"
                            + " one.")
    private String name = "";

    /** What runs a language model, as the option says. */
    enum Choice {
        TENSORFLOW,
        ONNX,
        AUTO
    }

    /** The choice. */
    Choice choice(LancetCommand command) {
        return switch (name) {
            case "tensorflow" -> Choice.TENSORFLOW;
            case "onnx" -> Choice.ONNX;
            case "auto" -> Choice.AUTO;
            default -> throw command.wrongUsage("--engine: " + name + "; choose tensorflow, onnx or auto");
        };
    }

    /** Fails if the option is given for a graph, which only TensorFlow runs. */
    public void refuseForGraph(LancetCommand command) {
        command.refuseGiven("; only TensorFlow runs a graph, so leave it out", "--engine");
    }
}
