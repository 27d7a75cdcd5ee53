package dev.lancet.tests.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * Damages the rows of a checkpoint's index and writes it anew with right checksums, so that what is behind them is reached.
 * It reads and writes tables by itself, independently of the reader that it tests.
 */
final class TableDamage implements Damage {

    private static final int FOOTER = 48;
    private static final long MAGIC = 0xdb4775248b80fb57L;
    private static final Damage VALUE = new WireDamage();

    @Override
    public byte[] of(byte[] whole, Random random) {
        List<byte[][]> rows = rows(ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN));
        int at = random.nextInt(random.nextInt(4) == 0 ? 1 : rows.size());
        byte[][] row = rows.get(at);
        switch (random.nextInt(8)) {
            case 0 -> rows.remove(at);
            case 1 -> rows.add(random.nextInt(rows.size()), row);
            case 2 -> Collections.swap(rows, at, random.nextInt(rows.size()));
            case 3 -> rows.set(at, new byte[][] {Damage.blind(row[0], random), row[1]});
            case 4 -> rows.set(at, new byte[][] {row[0], Damage.blind(row[1], random)});
            default -> rows.set(at, new byte[][] {row[0], VALUE.of(row[1], random)});
        }
        return written(rows, random);
    }

    /** The rows of the one block that a small index has. */
    private static List<byte[][]> rows(ByteBuffer file) {
        ByteBuffer footer = file.slice(file.limit() - FOOTER, FOOTER);
        int end = (int) varint(footer) - 5;
        int restarts = file.getInt(end - Integer.BYTES);
        ByteBuffer block = file.slice(0, end - (1 + restarts) * Integer.BYTES);
        List<byte[][]> rows = new ArrayList<>();
        byte[] key = {};
        while (block.hasRemaining()) {
            int shared = (int) varint(block);
            byte[] more = new byte[(int) varint(block)];
            byte[] value = new byte[(int) varint(block)];
            block.get(more).get(value);
            key = Damage.joined(java.util.Arrays.copyOf(key, shared), more);
            rows.add(new byte[][] {key, value});
        }
        return rows;
    }

    private static byte[] written(List<byte[][]> rows, Random random) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        boolean blind = random.nextInt(6) == 0;
        byte[] data = content(rows);
        byte[] handle = block(file, blind ? Damage.blind(data, random) : data);
        byte[] last = rows.isEmpty() ? new byte[0] : rows.get(rows.size() - 1)[0];
        byte[] filters = block(file, content(List.of()));
        byte[] pointers = content(List.<byte[][]>of(new byte[][] {last, handle}));
        byte[] index = block(file, random.nextInt(8) == 0 ? Damage.blind(pointers, random) : pointers);
        byte[] footer = Damage.joined(filters, index);
        file.writeBytes(java.util.Arrays.copyOf(footer, FOOTER - Long.BYTES));
        file.writeBytes(little(Long.BYTES).putLong(MAGIC).array());
        return file.toByteArray();
    }

    private static byte[] content(List<byte[][]> rows) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (byte[][] row : rows) {
            varint(block, 0);
            varint(block, row[0].length);
            varint(block, row[1].length);
            block.writeBytes(row[0]);
            block.writeBytes(row[1]);
        }
        block.writeBytes(little(8).putInt(0).putInt(1).array());
        return block.toByteArray();
    }

    private static byte[] block(ByteArrayOutputStream file, byte[] content) {
        ByteArrayOutputStream handle = new ByteArrayOutputStream();
        varint(handle, file.size());
        varint(handle, content.length);
        CRC32C sum = new CRC32C();
        sum.update(content);
        sum.update(0);
        int crc = (int) sum.getValue();
        file.writeBytes(content);
        file.writeBytes(little(5)
                .put((byte) 0)
                .putInt(Integer.rotateRight(crc, 15) + 0xa282ead8)
                .array());
        return handle.toByteArray();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long varint(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = from.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static void varint(ByteArrayOutputStream into, long value) {
        long rest = value;
        while (rest > 0x7f) {
            into.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        into.write((int) rest);
    }
}
