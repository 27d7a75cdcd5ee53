package dev.lancet.runtime.gguf.file;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The keys and values at the beginning of a GGUF file (version 3, little-endian), in the order in which they are put. */
public final class GgufMetadata {

    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Set<String> keys = new LinkedHashSet<>();

    /** Puts a text. */
    public void text(String key, String value) {
        key(key, STRING);
        string(value);
    }

    /** Puts a number that is not negative. */
    public void number(String key, int value) {
        key(key, UINT32);
        int32(value);
    }

    /** Puts a float. */
    public void real(String key, double value) {
        key(key, FLOAT32);
        int32(Float.floatToRawIntBits((float) value));
    }

    /** Puts a truth value. */
    public void flag(String key, boolean value) {
        key(key, BOOL);
        bytes.write(value ? 1 : 0);
    }

    /** Puts a list of texts. */
    public void texts(String key, List<String> values) {
        array(key, STRING, values.size());
        values.forEach(this::string);
    }

    /** Puts a list of floats. */
    public void reals(String key, List<Float> values) {
        array(key, FLOAT32, values.size());
        values.forEach(value -> int32(Float.floatToRawIntBits(value)));
    }

    /** Puts a list of integers. */
    public void numbers(String key, List<Integer> values) {
        array(key, INT32, values.size());
        values.forEach(this::int32);
    }

    private void array(String key, int type, int count) {
        key(key, ARRAY);
        int32(type);
        int64(count);
    }

    private void key(String key, int type) {
        if (!keys.add(key)) {
            throw new IllegalArgumentException("gguf: " + key + " is put twice");
        }
        string(key);
        int32(type);
    }

    private void string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int64(utf8.length);
        bytes.writeBytes(utf8);
    }

    private void int32(int value) {
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private void int64(long value) {
        bytes.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }

    /** How many keys there are. */
    int count() {
        return keys.size();
    }

    /** All keys and values as they stand in a file. */
    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
