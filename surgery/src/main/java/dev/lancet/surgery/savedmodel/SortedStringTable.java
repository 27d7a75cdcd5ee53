package dev.lancet.surgery.savedmodel;

import dev.lancet.surgery.savedmodel.Varint.Malformed;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A sorted string table in the format of LevelDB and TensorFlow: blocks of entries whose keys share prefixes with the
 * previous key, an index block that points to those blocks, and a footer that points to the index. Every block has a
 * checksum.
 *
 * <p>Format: {@code doc/table_format.md} of LevelDB, {@code tensorflow/core/lib/io/table_format.txt}.
 */
final class SortedStringTable {

    static final long MAGIC = 0xdb4775248b80fb57L;
    static final int FOOTER = 48;
    static final int TRAILER = 5;

    private static final byte NOT_COMPRESSED = 0;

    private final ByteBuffer file;

    private SortedStringTable(ByteBuffer file) {
        this.file = file;
    }

    /**
     * One row of a table.
     *
     * @param key compared byte by byte in the table
     * @param value the value
     */
    record Row(String key, ByteBuffer value) {}

    /** All rows in the order of their keys. */
    static List<Row> read(byte[] file) throws Malformed {
        return new SortedStringTable(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN)).rows();
    }

    private List<Row> rows() throws Malformed {
        int end = file.limit() - FOOTER;
        if (end < 0 || file.getLong(file.limit() - Long.BYTES) != MAGIC) {
            throw new Malformed("it does not end like a table");
        }
        ByteBuffer footer = part(end, FOOTER - Long.BYTES);
        block(footer, end); // The filter block, which TensorFlow does not write.
        List<Row> rows = new ArrayList<>();
        for (Row pointer : entries(block(footer, end))) {
            rows.addAll(entries(block(pointer.value(), end)));
        }
        return rows;
    }

    /** The block at the offset and of the size that a handle contains. */
    private ByteBuffer block(ByteBuffer handle, int end) throws Malformed {
        int offset = Varint.read(handle, end);
        int size = Varint.read(handle, end - offset);
        if (size > end - offset - TRAILER) {
            throw new Malformed("a block at " + offset + " of " + size + " bytes extends past the end");
        }
        byte kind = file.get(offset + size);
        if (file.getInt(offset + size + 1) != MaskedCrc32c.masked(part(offset, size + 1))) {
            throw new Malformed("the checksum of the block at " + offset + " is wrong");
        }
        if (kind != NOT_COMPRESSED) {
            throw new Malformed("the block at " + offset + " is compressed (" + kind
                    + "), which TensorFlow does not write; save the checkpoint again");
        }
        return part(offset, size);
    }

    private ByteBuffer part(int offset, int size) {
        return file.slice(offset, size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static List<Row> entries(ByteBuffer block) throws Malformed {
        if (block.limit() < Integer.BYTES) {
            throw new Malformed("a block of " + block.limit() + " bytes");
        }
        int restarts = block.getInt(block.limit() - Integer.BYTES);
        long end = block.limit() - (1L + Integer.toUnsignedLong(restarts)) * Integer.BYTES;
        if (end < 0) {
            throw new Malformed(
                    "a block of " + block.limit() + " bytes with " + Integer.toUnsignedString(restarts) + " restarts");
        }
        ByteBuffer rest = block.slice(0, (int) end);
        List<Row> rows = new ArrayList<>();
        byte[] key = new byte[0];
        while (rest.hasRemaining()) {
            int shared = Varint.read(rest, key.length);
            int more = Varint.read(rest, rest.remaining());
            int size = Varint.read(rest, rest.remaining());
            if ((long) more + size > rest.remaining()) {
                throw new Malformed(
                        "an entry of " + ((long) more + size) + " bytes where " + rest.remaining() + " are left");
            }
            byte[] next = new byte[shared + more];
            System.arraycopy(key, 0, next, 0, shared);
            rest.get(next, shared, more);
            rows.add(new Row(new String(next, StandardCharsets.UTF_8), rest.slice(rest.position(), size)));
            rest.position(rest.position() + size);
            key = next;
        }
        return rows;
    }
}
