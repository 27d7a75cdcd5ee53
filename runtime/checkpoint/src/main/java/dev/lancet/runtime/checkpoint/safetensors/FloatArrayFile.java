package dev.lancet.runtime.checkpoint.safetensors;

import dev.lancet.io.IoErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * An array of F32, F16 or BF16 in a file, read as float32 through a small buffer. Unlike a mapped array, it never counts as
 * memory of the process.
 */
public final class FloatArrayFile implements FloatReader, AutoCloseable {

    private static final int PART = 1 << 18;

    private final Path file;
    private final SafetensorsEntry tensor;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(PART);

    FloatArrayFile(Path file, SafetensorsEntry tensor) {
        this.file = file;
        this.tensor = tensor;
        try {
            channel = FileChannel.open(file);
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }

    /** The type in the file. */
    public Dtype dtype() {
        return tensor.dtype();
    }

    @Override
    public void copy(int from, float[] into, int at, int count) {
        int bytes = tensor.dtype().bits() / Byte.SIZE;
        int most = PART / bytes;
        try {
            for (int done = 0; done < count; done += most) {
                int some = Math.min(most, count - done);
                buffer.clear().limit(some * bytes);
                Safetensors.fill(buffer, channel, tensor.offset() + (from + (long) done) * bytes);
                ByteBuffer part = buffer.flip().slice().order(ByteOrder.LITTLE_ENDIAN);
                new FloatSource(tensor.dtype(), part).copy(0, into, at + done, some);
            }
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }
}
