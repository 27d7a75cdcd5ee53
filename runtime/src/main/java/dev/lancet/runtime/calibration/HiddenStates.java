package dev.lancet.runtime.calibration;

import dev.lancet.io.IoErrors;
import dev.lancet.io.TemporaryFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The activations of all batches between two parts of a model: in memory if they are small, otherwise in a temporary file.
 * A batch keeps its size.
 */
final class HiddenStates implements AutoCloseable {

    /** The share of the Java heap that they may take. */
    private static final int HEAP_SHARE = 8;

    private final float[][] kept;
    private final int[] sizes;
    private final int largest;
    private final Path path;
    private final Optional<FileChannel> file;

    private HiddenStates(int[] sizes, int largest, Path path, Optional<FileChannel> file) {
        this.sizes = sizes;
        this.largest = largest;
        this.path = path;
        this.file = file;
        kept = new float[sizes.length][];
    }

    /**
     * Room for some batches.
     *
     * @param batches their number
     * @param largest the most floats of a batch
     */
    static HiddenStates of(int batches, int largest) {
        return of(batches, largest, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    }

    /** The same with this number of bytes in memory at most. */
    static HiddenStates of(int batches, int largest, long memory) {
        long bytes = (long) batches * largest * Float.BYTES;
        if (bytes <= memory) {
            return new HiddenStates(new int[batches], largest, Path.of(""), Optional.empty());
        }
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            FileChannel channel = TemporaryFolder.scratch("lancet-activations");
            return new HiddenStates(new int[batches], largest, folder, Optional.of(channel));
        } catch (IOException wrong) {
            throw IoErrors.writing(folder, wrong);
        }
    }

    /** The activations of a batch, in row-major order. */
    float[] read(int batch) {
        if (file.isEmpty()) {
            return kept[batch];
        }
        float[] values = new float[sizes[batch]];
        ByteBuffer bytes = buffer(values.length);
        try {
            long at = position(batch);
            while (bytes.hasRemaining()) {
                int read = file.get().read(bytes, at + bytes.position());
                if (read < 0) {
                    throw new IOException("it is shorter than what was written");
                }
            }
        } catch (IOException wrong) {
            throw IoErrors.reading(path, wrong);
        }
        bytes.flip().asFloatBuffer().get(values);
        return values;
    }

    /** Replaces the activations of a batch. */
    void write(int batch, float[] values) {
        sizes[batch] = values.length;
        if (file.isEmpty()) {
            kept[batch] = values;
            return;
        }
        ByteBuffer bytes = buffer(values.length);
        bytes.asFloatBuffer().put(values);
        try {
            long at = position(batch);
            while (bytes.hasRemaining()) {
                at += file.get().write(bytes, at);
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(path, wrong);
        }
    }

    private long position(int batch) {
        return (long) batch * largest * Float.BYTES;
    }

    private static ByteBuffer buffer(int floats) {
        return ByteBuffer.allocate(Math.multiplyExact(floats, Float.BYTES)).order(ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        file.ifPresent(channel -> {
            try {
                channel.close();
            } catch (IOException wrong) {
                throw IoErrors.writing(path, wrong);
            }
        });
    }
}
