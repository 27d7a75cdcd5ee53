package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.PlainFile;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Token ids in memory-mapped files: little-endian and unsigned. An id has 16 bits if the vocabulary has at most 65,536
 * tokens, and 32 bits otherwise. A new file begins after every 2²⁸ ids.
 */
final class Shards implements TokenIds {

    static final long IDS_A_SHARD = 1L << 28;

    private final Path folder;
    private final String part;
    private final MappedByteBuffer[] shards;
    private final int width;
    private final long size;
    private final int largest;

    private Shards(Path folder, String part, MappedByteBuffer[] shards, int width, long size, int largest) {
        this.folder = folder;
        this.part = part;
        this.shards = shards;
        this.width = width;
        this.size = size;
        this.largest = largest;
    }

    /** Bytes per id. */
    static int width(int vocabulary) {
        return vocabulary <= 1 << 16 ? 2 : 4;
    }

    static Path file(Path folder, String part, int shard) {
        return folder.resolve(name(part, shard));
    }

    private static String name(String part, int shard) {
        return part + "-" + shard + ".ids";
    }

    private static int count(long size) {
        return Math.toIntExact((size + IDS_A_SHARD - 1) / IDS_A_SHARD);
    }

    /** The names of the files of a part. */
    static List<String> names(String part, long size) {
        return IntStream.range(0, count(size))
                .mapToObj(shard -> name(part, shard))
                .toList();
    }

    /**
     * Maps the files of a part.
     *
     * @throws LancetException if a file is missing or has the wrong size
     */
    static Shards open(Path folder, String part, int width, long size, int largest) {
        int count = count(size);
        MappedByteBuffer[] shards = new MappedByteBuffer[count];
        for (int shard = 0; shard < count; shard++) {
            long ids = Math.min(IDS_A_SHARD, size - shard * IDS_A_SHARD);
            shards[shard] = map(file(folder, part, shard), ids * width);
        }
        return new Shards(folder, part, shards, width, size, largest);
    }

    private void read(int number, int inside, int[] into, int at, int count) {
        MappedByteBuffer shard = shards[number];
        for (int i = 0; i < count; i++) {
            int offset = (inside + i) * width;
            int id = width == 2 ? shard.getShort(offset) & 0xffff : shard.getInt(offset);
            if (id < 0 || id > largest) {
                throw damaged(
                        number,
                        "holds the id " + Integer.toUnsignedString(id) + ", but its largest should be " + largest,
                        null);
            }
            into[at + i] = id;
        }
    }

    private LancetException damaged(int shard, String what, @Nullable Throwable cause) {
        Path file = file(folder, part, shard);
        String message = "tokens: " + file + " " + what + "; remove its folder, and Lancet makes it again";
        return cause == null ? new LancetException(message) : new LancetException(message, cause);
    }

    private static MappedByteBuffer map(Path file, long bytes) {
        try (FileChannel channel = FileChannel.open(PlainFile.require(file), StandardOpenOption.READ)) {
            if (channel.size() != bytes) {
                throw new LancetException("tokens: " + file + " has " + channel.size() + " bytes instead of " + bytes
                        + "; remove its folder, and Lancet makes it again");
            }
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes);
            mapped.order(ByteOrder.LITTLE_ENDIAN);
            return mapped;
        } catch (IOException e) {
            throw new LancetException(
                    "tokens: " + file + " cannot be read: " + e.getMessage()
                            + (Files.exists(file) ? "" : "; remove its folder, and Lancet makes it again"),
                    e);
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int largest() {
        return largest;
    }

    @Override
    public void read(long from, int[] into, int at, int count) {
        if (from < 0 || count < 0 || from + count > size) {
            throw new IndexOutOfBoundsException("ids " + from + " to " + (from + count) + " of " + size);
        }
        int done = 0;
        while (done < count) {
            long place = from + done;
            int number = (int) (place / IDS_A_SHARD);
            int inside = (int) (place % IDS_A_SHARD);
            int here = (int) Math.min(count - done, IDS_A_SHARD - inside);
            try {
                read(number, inside, into, at + done, here);
            } catch (InternalError cut) {
                // The Java machine says so if the mapped file has become shorter.
                throw damaged(number, "has become shorter since it was opened", cut);
            }
            done += here;
        }
    }
}
