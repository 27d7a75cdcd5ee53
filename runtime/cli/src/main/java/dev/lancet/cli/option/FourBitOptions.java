package dev.lancet.cli.option;

import dev.lancet.dsl.Precision;

/**
 * The variants of 4 bits that the command line offers.
 *
 * @param group how many weights share a scale
 * @param doubleQuantized whether the scales are stored in 8 bits
 * @param asymmetric whether groups have zero points
 */
record FourBitOptions(int group, boolean doubleQuantized, boolean asymmetric) {

    static final int USUAL_GROUP = 32;
    static final String DOUBLE_QUANTIZED = "--double-quantized";
    static final String ASYMMETRIC = "--asymmetric";

    /** Checks that the variants fit the value of {@code --bits}. */
    void checkUse(String bits) {
        if (doubleQuantized && !bits.equals("4") && !bits.equals("nf4")) {
            throw new IllegalArgumentException(
                    DOUBLE_QUANTIZED + ": it applies only with --bits 4 or --bits nf4; add one of them");
        }
        if (asymmetric && !bits.equals("4")) {
            throw new IllegalArgumentException(ASYMMETRIC + ": it applies only with --bits 4; "
                    + (bits.equals("nf4") ? "choose it instead of nf4" : "add it"));
        }
    }

    /** The precision for {@code --bits 4} or {@code --bits nf4}. */
    Precision of(String bits) {
        return bits.equals("4") ? integers() : normals();
    }

    private Precision.Int4 integers() {
        Precision.Int4 codes = Precision.int4(group);
        Precision.Int4 ranged = asymmetric ? codes.asymmetric() : codes;
        return doubleQuantized ? ranged.doubleQuantized() : ranged;
    }

    private Precision.Nf4 normals() {
        Precision.Nf4 codes = Precision.nf4(group);
        return doubleQuantized ? codes.doubleQuantized() : codes;
    }
}
