package dev.lancet.runtime.text;

import dev.lancet.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes the files that {@link Shards} maps. */
final class ShardWriter implements TokenIdSink, AutoCloseable {

    private static final int BUFFER = 1 << 20;

    private final Path folder;
    private final String part;
    private final int width;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private @Nullable FileChannel channel;
    private long size;
    private int largest = -1;

    ShardWriter(Path folder, String part, int width) {
        this.folder = folder;
        this.part = part;
        this.width = width;
    }

    @Override
    public long size() {
        return size;
    }

    int largest() {
        return largest;
    }

    @Override
    public void add(int... ids) {
        try {
            for (int id : ids) {
                if (size % Shards.IDS_A_SHARD == 0) {
                    finish();
                    channel = AtomicFile.open(Shards.file(folder, part, (int) (size / Shards.IDS_A_SHARD)));
                }
                if (width == 2) {
                    buffer.putShort((short) id);
                } else {
                    buffer.putInt(id);
                }
                largest = Math.max(largest, id);
                size++;
                if (!buffer.hasRemaining()) {
                    flush();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        while (channel != null && buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    @Override
    public void close() throws IOException {
        finish();
    }

    /** Writes what is still in the buffer to the disk, and closes the last file. */
    void finish() throws IOException {
        if (channel != null) {
            flush();
            channel.force(true);
            channel.close();
            channel = null;
        }
    }
}
