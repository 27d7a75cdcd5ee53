package dev.lancet.dsl;

import java.util.List;

/**
 * How a matrix is stored: as floats of 32 or 16 bits, or {@linkplain #quantized() quantized}, as codes with scales.
 * Quantization concerns only the weights: the arithmetic stays in floating point. It is symmetric around 0, except for
 * {@linkplain Int4#asymmetric() asymmetric} int4.
 *
 * <p>Only float32 weights are trained. {@linkplain #narrow() Narrower} weights are frozen, bfloat16 included, because
 * 16 bits would lose the small steps of an optimizer. Gradients pass through frozen weights to earlier layers.
 */
public sealed interface Precision {

    /** 32-bit floats, without any loss. */
    record Float32() implements Precision {
        @Override
        public Format format() {
            return Format.FLOAT32;
        }

        @Override
        public String toString() {
            return "float32";
        }
    }

    /**
     * 16-bit floats: the upper half of a float32, rounded to nearest, ties to even. They have the range of float32 and
     * 8 bits of precision, so rounding changes a weight by at most 2⁻⁸ of itself (below 2⁻¹²⁶ by at most 2⁻¹³⁴). No
     * scales. Products with such a matrix are computed in bfloat16 and returned as float32.
     */
    record Bfloat16() implements Precision {
        @Override
        public Format format() {
            return Format.BFLOAT16;
        }

        @Override
        public String toString() {
            return "bfloat16";
        }
    }

    /** One byte per weight, and one float32 scale per output channel: {@code scale = max|w| / 127}. */
    record Int8() implements Precision {
        @Override
        public Format format() {
            return Format.INT8;
        }

        @Override
        public String toString() {
            return "int8";
        }
    }

    /**
     * Half a byte per weight, and one float32 scale per group of consecutive inputs of one output channel:
     * {@code scale = max|w| / 7}, codes −8…7. If the group does not divide the inputs, the last group is shorter.
     *
     * @param group weights that share a scale; even
     * @param zeroPoints whether each group has a zero point too, see {@link #asymmetric()}
     * @param compactScales whether the scales are 8-bit codes, see {@link #doubleQuantized()}
     */
    record Int4(int group, boolean zeroPoints, boolean compactScales) implements Precision {
        public Int4 {
            checkGroup("int4", group);
        }

        /**
         * The same with a range from the smallest to the largest weight of a group instead of a symmetric one. Each
         * group has a zero point too, an integer in 0…15 that stands for 0. Let lo and hi be the smallest and largest of
         * its weights and 0: {@code scale = (hi − lo) / 15}, {@code w ≈ (code − zero point) · scale}, codes 0…15.
         */
        public Int4 asymmetric() {
            return new Int4(group, true, compactScales);
        }

        /** The same with the scales in 8 bits, see {@link Precision#compactScales()}. */
        public Int4 doubleQuantized() {
            return new Int4(group, zeroPoints, true);
        }

        @Override
        public Format format() {
            return Format.INT4;
        }

        @Override
        public String toString() {
            return "int4(" + group + ")" + (zeroPoints ? ".asymmetric()" : "")
                    + (compactScales ? ".doubleQuantized()" : "");
        }
    }

    /**
     * Half a byte per weight: an index into 16 quantiles of a normal distribution (Dettmers et al., 2023, appendix E),
     * and one float32 scale {@code max|w|} per group as in {@link Int4}.
     *
     * @param group weights that share a scale; even
     * @param compactScales whether the scales are 8-bit codes, see {@link #doubleQuantized()}
     */
    record Nf4(int group, boolean compactScales) implements Precision {
        /** The values of the 16 codes before scaling, in ascending order (Dettmers et al., 2023, appendix E). */
        public static final List<Float> VALUES = List.of(
                -1.0f,
                -0.6961928f,
                -0.52507305f,
                -0.3949175f,
                -0.28444138f,
                -0.18477343f,
                -0.091050036f,
                0.0f,
                0.0795803f,
                0.1609302f,
                0.2461123f,
                0.33791524f,
                0.44070983f,
                0.562617f,
                0.72295684f,
                1.0f);

        public Nf4 {
            checkGroup("nf4", group);
        }

        /** The same with the scales in 8 bits, see {@link Precision#compactScales()}. */
        public Nf4 doubleQuantized() {
            return new Nf4(group, true);
        }

        @Override
        public Format format() {
            return Format.NF4;
        }

        @Override
        public String toString() {
            return "nf4(" + group + ")" + (compactScales ? ".doubleQuantized()" : "");
        }
    }

    /** The five kinds of precision, for switch expressions. */
    enum Format {
        /** {@link Precision.Float32}. */
        FLOAT32,
        /** {@link Precision.Bfloat16}. */
        BFLOAT16,
        /** {@link Precision.Int8}. */
        INT8,
        /** {@link Precision.Int4}. */
        INT4,
        /** {@link Precision.Nf4}. */
        NF4
    }

    /** The kind of this precision. */
    Format format();

    /** How many weights along the inputs share a scale; 0 if a whole channel shares one, or if there are no scales. */
    default int group() {
        return 0;
    }

    /** Whether each group has an integer zero point beside its scale. */
    default boolean zeroPoints() {
        return false;
    }

    /**
     * Whether the scales are quantized too (double quantization, Dettmers et al., 2023, section 3): to 8-bit codes
     * −127…127 with {@code scale = max(0, mean + code · step)}. The scales of one group of inputs, over all output
     * channels, share a mean and a step.
     */
    default boolean compactScales() {
        return false;
    }

    /** Bits per weight, without scales. */
    default int bits() {
        return switch (format()) {
            case FLOAT32 -> 32;
            case BFLOAT16 -> 16;
            case INT8 -> 8;
            case INT4, NF4 -> 4;
        };
    }

    /** Whether weights are stored in fewer bits than float32, and are therefore frozen in a training. */
    default boolean narrow() {
        return format() != Format.FLOAT32;
    }

    /** Whether weights are stored as codes with scales. */
    default boolean quantized() {
        return switch (format()) {
            case FLOAT32, BFLOAT16 -> false;
            case INT8, INT4, NF4 -> true;
        };
    }

    /** 32-bit floats. */
    static Precision float32() {
        return new Float32();
    }

    /** bfloat16: 16-bit floats with the range of float32. */
    static Precision bfloat16() {
        return new Bfloat16();
    }

    /** 8-bit codes with one scale per output channel. */
    static Precision int8() {
        return new Int8();
    }

    /** 4-bit codes with one scale per group of {@code group} inputs. */
    static Int4 int4(int group) {
        return new Int4(group, false, false);
    }

    /** 4-bit NormalFloat codes with one scale per group of {@code group} inputs. */
    static Nf4 nf4(int group) {
        return new Nf4(group, false);
    }

    private static void checkGroup(String what, int group) {
        Check.that(
                group >= 2 && group % 2 == 0, "%s: group %d; it must be even and at least 2, usually 32", what, group);
    }
}
