package dev.lancet.surgery.savedmodel;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** Writes the bytes of a {@link SortedStringTable}, with TensorFlow's block size and restart interval. */
final class SortedStringTableWriter {

    private static final int BLOCK = 1 << 18;
    private static final int INTERVAL = 16;

    /**
     * Compares keys by their bytes as unsigned numbers, the sort order of tables; comparing chars can give another order.
     */
    static final Comparator<String> BY_BYTES =
            Comparator.comparing(text -> text.getBytes(StandardCharsets.UTF_8), java.util.Arrays::compareUnsigned);

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    private SortedStringTableWriter() {}

    static byte[] of(Map<String, byte[]> rows) {
        TreeMap<String, byte[]> sorted = new TreeMap<>(BY_BYTES);
        sorted.putAll(rows);
        return new SortedStringTableWriter().written(sorted);
    }

    private byte[] written(Map<String, byte[]> rows) {
        Block index = new Block(1);
        Block block = new Block(INTERVAL);
        String last = "";
        for (Map.Entry<String, byte[]> row : rows.entrySet()) {
            block.add(row.getKey(), row.getValue());
            last = row.getKey();
            if (block.size() >= BLOCK) {
                index.add(last, append(block));
                block = new Block(INTERVAL);
            }
        }
        if (block.size() > 0) {
            index.add(last, append(block));
        }
        ByteArrayOutputStream footer = new ByteArrayOutputStream();
        footer.writeBytes(append(new Block(1)));
        footer.writeBytes(append(index));
        file.writeBytes(footer.toByteArray());
        file.writeBytes(new byte[SortedStringTable.FOOTER - Long.BYTES - footer.size()]);
        file.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(SortedStringTable.MAGIC)
                .array());
        return file.toByteArray();
    }

    /** Writes a block with its trailer and returns its handle. */
    private byte[] append(Block block) {
        byte[] content = block.finished();
        ByteArrayOutputStream handle = new ByteArrayOutputStream();
        Varint.write(handle, file.size());
        Varint.write(handle, content.length);
        ByteBuffer trailer = ByteBuffer.allocate(SortedStringTable.TRAILER).order(ByteOrder.LITTLE_ENDIAN);
        trailer.put((byte) 0).putInt(MaskedCrc32c.masked(ByteBuffer.wrap(content), ByteBuffer.allocate(1)));
        file.writeBytes(content);
        file.writeBytes(trailer.array());
        return handle.toByteArray();
    }

    /** A block under construction. */
    private static final class Block {

        private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
        private final ByteArrayOutputStream restarts = new ByteArrayOutputStream();
        private final int interval;
        private byte[] before = new byte[0];
        private int count;

        Block(int interval) {
            this.interval = interval;
            restart();
        }

        int size() {
            return entries.size();
        }

        void add(String key, byte[] value) {
            byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
            int shared = 0;
            if (count > 0 && count % interval == 0) {
                restart();
            } else {
                int differing = java.util.Arrays.mismatch(before, bytes);
                shared = differing < 0 ? bytes.length : differing;
            }
            Varint.write(entries, shared);
            Varint.write(entries, bytes.length - shared);
            Varint.write(entries, value.length);
            entries.write(bytes, shared, bytes.length - shared);
            entries.writeBytes(value);
            before = bytes;
            count++;
        }

        private void restart() {
            restarts.writeBytes(little(entries.size()));
        }

        byte[] finished() {
            entries.writeBytes(restarts.toByteArray());
            entries.writeBytes(little(restarts.size() / Integer.BYTES));
            return entries.toByteArray();
        }

        private static byte[] little(int number) {
            return ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(number)
                    .array();
        }
    }
}
