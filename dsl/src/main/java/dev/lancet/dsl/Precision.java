package dev.lancet.dsl;

import java.util.List;

/** In how many bits a matrix is stored. All are symmetric and weight-only: the arithmetic stays in floating point. */
public sealed interface Precision {

    /** 32-bit floats; nothing is lost. */
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

    /** One byte a weight, one float32 scale per output channel: {@code scale = max|w| / 127}. */
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
     * Half a byte a weight, one float32 scale per group of consecutive inputs of one output channel:
     * {@code scale = max|w| / 7}, codes −8…7. An input dimension that the group does not divide ends in a shorter group.
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
     * Half a byte a weight, codes into the 16 quantiles of a normal distribution (Dettmers et al., 2023, appendix E),
     * one float32 scale {@code max|w|} per group as in {@link Int4}.
     *
     * @param group weights that share a scale; even
     */
    record Nf4(int group) implements Precision {
        /** What the 16 codes stand for, in ascending order, before the scale (Dettmers et al., 2023, appendix E). */
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

    /** The four ways, for switches. */
    enum Format {
        /** {@link Precision.Float32}. */
        FLOAT32,
        /** {@link Precision.Int8}. */
        INT8,
        /** {@link Precision.Int4}. */
        INT4,
        /** {@link Precision.Nf4}. */
        NF4
    }

    /** Which of the four ways this is. */
    Format format();

    /** Weights that share a scale along the inputs; 0 where a whole channel does, or nothing. */
    default int group() {
        return 0;
    }

    /** Bits a weight, without the scales. */
    default int bits() {
        return switch (format()) {
            case FLOAT32 -> 32;
            case INT8 -> 8;
            case INT4, NF4 -> 4;
        };
    }

    /** Whether weights are stored as codes with scales. */
    default boolean quantized() {
        return bits() < 32;
    }

    /** 32-bit floats. */
    static Precision float32() {
        return new Float32();
    }

    /** 8 bits per output channel. */
    static Precision int8() {
        return new Int8();
    }

    /** 4 bits in groups of {@code group} inputs. */
    static Precision int4(int group) {
        return new Int4(group);
    }

    /** 4-bit normal floats in groups of {@code group} inputs. */
    static Precision nf4(int group) {
        return new Nf4(group);
    }

    private static void checkGroup(String what, int group) {
        Check.that(
                group >= 2 && group % 2 == 0, "%s: group %d; it must be even and at least 2, usually 32", what, group);
    }
}
