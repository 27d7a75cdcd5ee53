package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import picocli.CommandLine.Option;

/** The option that chooses the number type in which workers send gradients. */
public final class GradientTypeOption {

    static final String NAME = "--wire";

    @Option(
            names = NAME,
            paramLabel = "fp32|bf16",
            defaultValue = "fp32",
            description = "The number type in which workers send gradients. bf16 halves the bytes, and rounds to 8 bits"
                    + " of precision (default: ${DEFAULT-VALUE}).")
    private String wire = "";

    /** Whether gradients are sent in bfloat16. */
    public boolean bfloat16(LancetCommand command) {
        return switch (wire) {
            case "fp32" -> false;
            case "bf16" -> true;
            default -> throw command.wrongUsage(NAME + ": " + wire + "; choose fp32 or bf16");
        };
    }
}
