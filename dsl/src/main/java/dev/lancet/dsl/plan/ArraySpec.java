package dev.lancet.dsl.plan;

import java.util.List;

/**
 * The description of one array, in a model file or in a graph variable.
 *
 * @param name its name
 * @param type its element type
 * @param shape its shape
 */
public record ArraySpec(String name, Type type, List<Integer> shape) {

    /** Element types of stored arrays. */
    public enum Type {
        /** 32-bit float. */
        FLOAT32(4),
        /** The upper half of a 32-bit float. */
        BFLOAT16(2),
        /** Signed byte: a code of int8, or of a scale. */
        INT8(1),
        /** Unsigned byte: two 4-bit codes, the lower half first, or a zero point. */
        UINT8(1);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        /** Bytes per element. */
        public int bytes() {
            return bytes;
        }
    }

    public ArraySpec {
        shape = List.copyOf(shape);
    }

    /** Number of elements. */
    public long elements() {
        return shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    }

    /** Bytes in memory. */
    public long bytes() {
        return elements() * type.bytes();
    }

    @Override
    public String toString() {
        return name + " " + type + " " + shape;
    }
}
