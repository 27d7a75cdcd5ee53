package dev.lancet.runtime.train.graph;

import dev.lancet.dsl.LancetException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An array in NumPy's {@code .npy} format, versions 1 to 3: a magic number, a header in the syntax of a Python dictionary,
 * the elements. Elements may be booleans, whole numbers or floats of at most 64 bits, little-endian, in row-major order.
 */
final class NpyArray {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([<|=])([biuf])([1248])'");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9, ]*)\\)");
    private static final int MOST_DIMENSIONS = 16;

    private NpyArray() {}

    /**
     * Reads an array.
     *
     * @param what the file and the array, for messages
     * @throws LancetException if the bytes are no such array
     */
    static ArrayRows read(String what, byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < 12 || !Arrays.equals(Arrays.copyOf(bytes, MAGIC.length), MAGIC)) {
            throw new LancetException(what + ": is no NumPy array; write it with numpy.savez");
        }
        boolean first = bytes[6] == 1;
        int length = first ? buffer.getShort(8) & 0xffff : buffer.getInt(8);
        int begin = first ? 10 : 12;
        if (length < 0 || length > bytes.length - begin) {
            throw new LancetException(what + ": is damaged: its header has " + length + " bytes, the file "
                    + bytes.length + "; write it again");
        }
        String header = new String(bytes, begin, length, StandardCharsets.ISO_8859_1);
        Matcher type = TYPE.matcher(header);
        Matcher shape = SHAPE.matcher(header);
        if (!type.find() || !shape.find() || !header.replace(" ", "").contains("'fortran_order':False")) {
            throw new LancetException(what + ": has the header " + header.strip()
                    + "; only little-endian numbers in row-major order can be read, as numpy.ascontiguousarray gives"
                    + " them");
        }
        long[] dims = dimensions(what, shape.group(1));
        buffer.position(begin + length);
        return new ArrayRows(what, type.group(2).charAt(0), type.group(3).charAt(0) - '0', dims, buffer.slice());
    }

    private static long[] dimensions(String what, String text) {
        String[] parts = text.isBlank() ? new String[0] : text.strip().split("\\s*,\\s*");
        if (parts.length == 0 || parts.length > MOST_DIMENSIONS) {
            throw new LancetException(
                    what + ": has the shape (" + text + "); an array of rows has 1 to " + MOST_DIMENSIONS + " axes");
        }
        try {
            return Arrays.stream(parts).mapToLong(Long::parseLong).toArray();
        } catch (NumberFormatException e) {
            throw new LancetException(what + ": has the shape (" + text + "), which is too large", e);
        }
    }
}
