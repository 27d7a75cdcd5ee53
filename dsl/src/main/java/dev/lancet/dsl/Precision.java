package dev.lancet.dsl;

import java.util.List;

/**
 * How a matrix is stored: as floats of 32 or 16 bits, or {@linkplain #quantized() quantized}, as codes with scales.
 * Quantization is symmetric and concerns only the weights: the arithmetic stays in floating point.
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
     */
    record Int4(int group) implements Precision {
        public Int4 {
            checkGroup("int4", group);
        }

        @Override
        public Format format() {
            return Format.INT4;
        }

        @Override
        public String toString() {
            return "int4(" + group + ")";
        }
    }

    /**
     * Half a byte per weight: an index into 16 quantiles of a normal distribution (Dettmers et al., 2023, appendix E),
     * and one float32 scale {@code max|w|} per group as in {@link Int4}.
     *
     * @param group weights that share a scale; even
     */
    record Nf4(int group) implements Precision {
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

        @Override
        public Format format() {
            return Format.NF4;
        }

        @Override
        public String toString() {
            return "nf4(" + group + ")";
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
    static Precision int4(int group) {
        return new Int4(group);
    }

    /** 4-bit NormalFloat codes with one scale per group of {@code group} inputs. */
    static Precision nf4(int group) {
        return new Nf4(group);
    }

    private static void checkGroup(String what, int group) {
        Check.that(
                group >= 2 && group % 2 == 0, "%s: group %d; it must be even and at least 2, usually 32", what, group);
    }
}
