package dev.lancet.runtime.natives;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * A shared library on Linux: a 64-bit ELF file in little-endian order. TensorFlow's libraries contain some 24 MB of
 * variable names, which this class reads piece by piece.
 */
final class ElfFile implements AutoCloseable {

    private static final int MAGIC = 0x464c457f;
    private static final int CLASS_64_LITTLE_ENDIAN = 0x0102;
    private static final int HEADER = 64;
    private static final int SEGMENT = 56;
    private static final int SECTION = 64;
    private static final int SYMBOL = 24;
    private static final int LOADED_SEGMENT = 1;
    private static final int SYMBOL_TABLE = 2;
    private static final int VARIABLE = 1;
    private static final int MOST_ENTRIES = 4096;
    private static final int PIECE = SYMBOL * 8192;

    private final FileChannel channel;

    private ElfFile(FileChannel channel) {
        this.channel = channel;
    }

    static ElfFile open(Path file) throws IOException {
        return new ElfFile(FileChannel.open(file));
    }

    /**
     * The offset of a variable of this size from the first byte of the loaded file; empty if the file does not have it.
     *
     * @throws IOException if the file ends too early
     */
    OptionalLong variable(String name, int bytes) throws IOException {
        ByteBuffer header = read(0, HEADER);
        if (header.getInt(0) != MAGIC || header.getShort(4) != CLASS_64_LITTLE_ENDIAN) {
            return OptionalLong.empty();
        }
        long begin = begin(table(header.getLong(32), SEGMENT, header.getShort(54), header.getShort(56)));
        ByteBuffer sections = table(header.getLong(40), SECTION, header.getShort(58), header.getShort(60));
        for (int at = 0; at < sections.limit(); at += SECTION) {
            if (sections.getInt(at + 4) == SYMBOL_TABLE) {
                int names = sections.getInt(at + 40) * SECTION;
                OptionalLong found = variable(
                        sections.getLong(at + 24),
                        sections.getLong(at + 32),
                        sections.getLong(names + 24),
                        name,
                        bytes);
                return found.isEmpty() ? found : OptionalLong.of(found.getAsLong() - begin);
            }
        }
        return OptionalLong.empty();
    }

    private ByteBuffer table(long at, int width, int saidWidth, int entries) throws IOException {
        if (saidWidth != width || entries < 0 || entries > MOST_ENTRIES) {
            throw new IOException("its tables have another format");
        }
        return read(at, width * entries);
    }

    /** The address that the file gives to its own first byte. */
    private static long begin(ByteBuffer segments) throws IOException {
        for (int at = 0; at < segments.limit(); at += SEGMENT) {
            if (segments.getInt(at) == LOADED_SEGMENT && segments.getLong(at + 8) == 0) {
                return segments.getLong(at + 16);
            }
        }
        throw new IOException("its first byte is not loaded");
    }

    private OptionalLong variable(long table, long length, long names, String name, int bytes) throws IOException {
        byte[] wanted = (name + "\0").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer symbols = buffer(PIECE);
        for (long from = 0; from < length; from += PIECE) {
            fill(symbols.clear().limit((int) Math.min(PIECE, length - from)), table + from);
            for (int at = 0; at + SYMBOL <= symbols.limit(); at += SYMBOL) {
                boolean candidate = (symbols.get(at + 4) & 0xf) == VARIABLE && symbols.getLong(at + 16) == bytes;
                if (candidate && Arrays.equals(text(names + symbols.getInt(at), wanted.length), wanted)) {
                    return OptionalLong.of(symbols.getLong(at + 8));
                }
            }
        }
        return OptionalLong.empty();
    }

    private byte[] text(long at, int length) throws IOException {
        return channel.size() - at < length ? new byte[0] : read(at, length).array();
    }

    private ByteBuffer read(long at, int length) throws IOException {
        ByteBuffer bytes = buffer(length);
        fill(bytes, at);
        return bytes;
    }

    private static ByteBuffer buffer(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void fill(ByteBuffer bytes, long at) throws IOException {
        while (bytes.hasRemaining()) {
            if (at < 0 || channel.read(bytes, at + bytes.position()) < 0) {
                throw new IOException("the file ends within a table");
            }
        }
        bytes.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
