package dev.lancet.surgery.savedmodel;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Unsigned numbers with seven bits in each byte, the lowest first. */
final class Varint {

    private Varint() {}

    /**
     * Reads a number that must not exceed a limit.
     *
     * @throws Malformed if it does, or if the buffer ends within it
     */
    static int read(ByteBuffer from, int limit) throws Malformed {
        long value = read(from);
        if (value < 0 || value > limit) {
            throw new Malformed("a length of " + Long.toUnsignedString(value) + " where " + limit + " bytes are left");
        }
        return (int) value;
    }

    private static long read(ByteBuffer from) throws Malformed {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (!from.hasRemaining()) {
                throw new Malformed("it ends within a number");
            }
            byte next = from.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new Malformed("a number of more than 64 bits");
    }

    static void write(ByteArrayOutputStream into, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            into.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        into.write((int) rest);
    }

    /** What is wrong with some bytes; the caller that knows the file adds its name. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }
}
