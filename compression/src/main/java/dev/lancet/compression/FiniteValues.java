package dev.lancet.compression;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.HostTensor;
import java.nio.ByteBuffer;

/**
 * Checks the arrays that a compression copies. A model with one NaN in a norm answers only NaN, and it is better to say so
 * than to write such a model again.
 */
final class FiniteValues {

    private static final int EXPONENT_32 = 0x7f800000;
    private static final int EXPONENT_16 = 0x7f80;

    private FiniteValues() {}

    /**
     * The same tensor.
     *
     * @throws LancetException if it holds a NaN or an infinite value
     */
    static HostTensor require(HostTensor tensor) {
        ByteBuffer bytes = tensor.bytes();
        boolean wide = tensor.spec().type() == ArraySpec.Type.FLOAT32;
        if (!wide && tensor.spec().type() != ArraySpec.Type.BFLOAT16) {
            return tensor;
        }
        int size = wide ? Float.BYTES : Short.BYTES;
        for (int at = 0; at + size <= bytes.limit(); at += size) {
            boolean finite = wide
                    ? (bytes.getInt(at) & EXPONENT_32) != EXPONENT_32
                    : (bytes.getShort(at) & EXPONENT_16) != EXPONENT_16;
            if (!finite) {
                throw new LancetException(tensor.name() + ": element " + at / size + " is NaN or infinite; only finite"
                        + " weights can be compressed, so check where the model comes from");
            }
        }
        return tensor;
    }
}
