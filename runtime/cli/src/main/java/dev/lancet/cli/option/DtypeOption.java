package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.recipe.Arithmetic;
import picocli.CommandLine.Option;

/** The option that chooses the number type in which a training multiplies matrices. */
public final class DtypeOption {

    @Option(
            names = "--dtype",
            paramLabel = "fp32|bf16|fp16|auto",
            defaultValue = "fp32",
            description = "The number type for matrix products; weights and sums are always float32. fp16 scales the"
                    + " loss and skips steps that overflow. auto times the first steps in fp32 and in bf16 and chooses"
                    + " the faster one (default: ${DEFAULT-VALUE}).")
    private String dtype = "";

    public Arithmetic arithmetic(LancetCommand command) {
        return switch (dtype) {
            case "fp32" -> Arithmetic.FLOAT32;
            case "bf16" -> Arithmetic.BFLOAT16;
            case "fp16" -> Arithmetic.FLOAT16;
            case "auto" -> Arithmetic.FASTEST;
            default -> throw command.wrongUsage("--dtype: " + dtype + "; choose fp32, bf16, fp16 or auto");
        };
    }
}
