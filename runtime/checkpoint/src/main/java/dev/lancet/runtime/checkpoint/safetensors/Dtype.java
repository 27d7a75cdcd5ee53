package dev.lancet.runtime.checkpoint.safetensors;

import dev.lancet.dsl.plan.ArraySpec;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The element types of a safetensors header, as in the reference implementation (version 0.8). Lancet reads weights of
 * some types. The others are listed so that a file with such arrays beside its weights can be opened.
 */
public enum Dtype {
    /** Booleans, one byte each. */
    BOOL(8),
    /** Microscaling 4-bit floats, two per byte. */
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
    /** IEEE half-precision floats. */
    F16(16),
    /** bfloat16: the upper 16 bits of an IEEE float. */
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

    /** Bits per element. */
    public int bits() {
        return bits;
    }

    /**
     * Whether weights may have this type: float32 can represent every value, and {@link Safetensors#floats} reads it.
     */
    public boolean weights() {
        return this == F32 || this == F16 || this == BF16;
    }

    /** The type in a safetensors header for an element type of Lancet. */
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
