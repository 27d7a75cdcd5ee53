package dev.lancet.runtime.checkpoint.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * The CRC-32C of every array of a file. The metadata of the header has them under {@value #KEY}: eight hexadecimal digits
 * for each array, in the order of the names. Their place is reserved before the arrays are written, and filled afterwards.
 */
final class ArrayChecksums {

    /** The entry of the metadata. */
    static final String KEY = "crc32c";

    private static final int DIGITS = 8;
    private static final int PART = 1 << 18;

    private final Map<String, Integer> known = new TreeMap<>();

    /** The entry while no checksum is known. */
    static String reserved(int arrays) {
        return "0".repeat(DIGITS * arrays);
    }

    /** The checksum of bytes, which stay as they are. */
    static int of(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    /** The checksum of bytes of a file. */
    static int of(FileChannel channel, long offset, long bytes) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(PART, bytes));
        for (long done = 0; done < bytes; done += buffer.limit()) {
            buffer.clear().limit((int) Math.min(PART, bytes - done));
            Safetensors.fill(buffer, channel, offset + done);
            crc.update(buffer.flip());
        }
        return (int) crc.getValue();
    }

    /** Whether a file has bytes with this checksum. */
    static boolean match(FileChannel channel, long offset, long bytes, int checksum) throws IOException {
        return offset + bytes <= channel.size() && of(channel, offset, bytes) == checksum;
    }

    /** The checksums in an entry by the names of the arrays; empty if the entry was written for other arrays. */
    static Map<String, Integer> parse(Collection<String> names, String entry) {
        Map<String, Integer> checksums = new HashMap<>();
        if (entry.length() != DIGITS * names.size() || !entry.matches("[0-9a-f]*")) {
            return checksums;
        }
        int at = 0;
        for (String name : new TreeSet<>(names)) {
            checksums.put(name, Integer.parseUnsignedInt(entry, at, at + DIGITS, 16));
            at += DIGITS;
        }
        return checksums;
    }

    void put(String array, int checksum) {
        known.put(array, checksum);
    }

    /** The checksum of an array that was {@link #put}. */
    int of(String array) {
        return Objects.requireNonNull(known.get(array), array);
    }

    /** The entry. */
    String entry() {
        StringBuilder entry = new StringBuilder();
        known.values().forEach(checksum -> entry.append(String.format(Locale.ROOT, "%08x", checksum)));
        return entry.toString();
    }
}
