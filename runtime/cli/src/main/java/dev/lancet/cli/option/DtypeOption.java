package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.recipe.Arithmetic;
import picocli.CommandLine.Option;

/** The option that says in which numbers a training multiplies matrices. */
public final class DtypeOption {

    @Option(
            names = "--dtype",
            paramLabel = "fp32|bf16|fp16|auto",
            defaultValue = "fp32",
            description = "Numbers in which matrices are multiplied; weights and sums are float32 in any case. fp16"
                    + " scales the loss and skips steps that overflow. auto times the"
                    + " first steps in fp32 and in bf16 and takes the faster one. ${DEFAULT-VALUE} if not said.")
    private String dtype = "";

    public Arithmetic arithmetic(LancetCommand command) {
        return switch (dtype) {
            case "fp32" -> Arithmetic.FLOAT32;
            case "bf16" -> Arithmetic.BFLOAT16;
            case "fp16" -> Arithmetic.FLOAT16;
            case "auto" -> Arithmetic.FASTEST;
            default -> throw command.wrongUsage("--dtype: " + dtype + "; it is fp32, bf16, fp16 or auto");
        };
    }
}
