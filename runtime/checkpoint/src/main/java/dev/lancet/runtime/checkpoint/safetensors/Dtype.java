package dev.lancet.runtime.checkpoint.safetensors;

import dev.lancet.dsl.plan.ArraySpec;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Element types that a safetensors header may name, as in its reference implementation (version 0.8). Weights are read from
 * some of them; the others are listed, so that a file that holds one beside its weights can still be opened.
 */
public enum Dtype {
    /** Truth values, a byte each. */
    BOOL(8),
    /** Microscaling 4-bit floats, two a byte. */
    F4(4),
    /** Microscaling 6-bit floats with 2 bits of exponent. */
    F6_E2M3(6),
    /** Microscaling 6-bit floats with 3 bits of exponent. */
    F6_E3M2(6),
    /** Unsigned bytes. */
    U8(8),
    /** Signed bytes. */
    I8(8),
    /** 8-bit floats with 5 bits of exponent. */
    F8_E5M2(8),
    /** 8-bit floats with 4 bits of exponent. */
    F8_E4M3(8),
    /** 8-bit exponents, for scales. */
    F8_E8M0(8),
    /** 8-bit floats with 4 bits of exponent and no negative zero. */
    F8_E4M3FNUZ(8),
    /** 8-bit floats with 5 bits of exponent and no negative zero. */
    F8_E5M2FNUZ(8),
    /** 16-bit integers. */
    I16(16),
    /** Unsigned 16-bit integers. */
    U16(16),
    /** IEEE half floats. */
    F16(16),
    /** Floats without their lower 16 bits. */
    BF16(16),
    /** 32-bit integers. */
    I32(32),
    /** Unsigned 32-bit integers. */
    U32(32),
    /** IEEE floats. */
    F32(32),
    /** Pairs of IEEE floats. */
    C64(64),
    /** IEEE doubles. */
    F64(64),
    /** 64-bit integers. */
    I64(64),
    /** Unsigned 64-bit integers. */
    U64(64);

    private final int bits;

    Dtype(int bits) {
        this.bits = bits;
    }

    /** Bits of an element. */
    public int bits() {
        return bits;
    }

    /** Whether weights may be stored so: each value is a float32 too, and {@link Safetensors#floats} reads it. */
    public boolean weights() {
        return this == F32 || this == F16 || this == BF16;
    }

    /** How what Lancet stores is called in a safetensors header. */
    public static Dtype of(ArraySpec.Type type) {
        return switch (type) {
            case FLOAT32 -> F32;
            case BFLOAT16 -> BF16;
            case INT8 -> I8;
            case UINT8 -> U8;
        };
    }

    static Optional<Dtype> find(String name) {
        return Arrays.stream(values())
                .filter(dtype -> dtype.name().equals(name))
                .findFirst();
    }

    static String known() {
        return Arrays.stream(values()).map(Dtype::name).collect(Collectors.joining(", "));
    }
}
