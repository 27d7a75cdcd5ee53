package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.Precision;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that choose the precision in which the linear layers are stored. */
public final class PrecisionOptions {

    @Option(
            names = "--bits",
            paramLabel = "16|8|4|nf4",
            description = "Store every linear layer in bfloat16 (16), in 8 bits with a scale per channel, in 4 bits"
                    + " with a scale"
                    + " per group, or in 4-bit NormalFloat with a scale per group (nf4). Default: float32.")
    private Optional<String> bits = Optional.empty();

    @Option(
            names = "--group",
            paramLabel = "N",
            description = "How many weights share a scale with --bits 4 or" + " nf4 (default: 32).")
    private Optional<Integer> group = Optional.empty();

    @Option(
            names = FourBitOptions.DOUBLE_QUANTIZED,
            description = "With --bits 4 or nf4, store the scales in 8 bits instead of 32.")
    private boolean doubleQuantized;

    @Option(
            names = FourBitOptions.ASYMMETRIC,
            description = "With --bits 4, quantize from the smallest to the largest weight of each group instead of"
                    + " symmetrically around 0. Stores one more byte per group.")
    private boolean asymmetric;

    public Precision precision(LancetCommand command) {
        try {
            return precision();
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage(String.valueOf(e.getMessage()));
        }
    }

    private Precision precision() {
        String wanted = bits.orElse("32");
        boolean grouped = wanted.equals("4") || wanted.equals("nf4");
        if (group.isPresent() && !grouped) {
            throw new IllegalArgumentException(
                    "--group: " + group.get() + " applies only with --bits 4 or --bits nf4; add one of them");
        }
        FourBitOptions four = new FourBitOptions(group.orElse(FourBitOptions.USUAL_GROUP), doubleQuantized, asymmetric);
        four.checkUse(wanted);
        if (bits.isEmpty()) {
            return Precision.float32();
        }
        return switch (wanted) {
            case "16" -> Precision.bfloat16();
            case "8" -> Precision.int8();
            case "4", "nf4" -> four.of(wanted);
            default -> throw new IllegalArgumentException("--bits: " + wanted + "; choose 16, 8, 4 or nf4");
        };
    }
}
