package dev.lancet.runtime.gguf.file;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.AtomicFile;
import dev.lancet.io.IoErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes a GGUF file, version 3: the header, the metadata, the descriptions of all tensors, then their data, one tensor at a
 * time in the order of the descriptions, each at a multiple of 32 bytes. The file appears complete or not at all.
 */
public final class GgufWriter implements AutoCloseable {

    private static final byte[] MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 3;
    private static final int ALIGNMENT = 32;

    private final Path target;
    private final AtomicFile file;
    private final FileChannel channel;
    private final List<GgufTensor> tensors;
    private int written;

    /** Passes on the bytes of a tensor in parts. */
    @FunctionalInterface
    public interface Content {
        void passTo(Consumer<ByteBuffer> parts);
    }

    private GgufWriter(Path target, AtomicFile file, FileChannel channel, List<GgufTensor> tensors) {
        this.target = target;
        this.file = file;
        this.channel = channel;
        this.tensors = tensors;
    }

    /**
     * Begins a file.
     *
     * @throws LancetException if something of this name exists, or if the disk has no room for the file
     */
    public static GgufWriter create(Path target, GgufMetadata metadata, List<GgufTensor> tensors) {
        AtomicFile file = AtomicFile.create(target);
        try {
            ByteBuffer head = head(metadata, tensors);
            file.requireRoom(head.remaining()
                    + tensors.stream()
                            .mapToLong(tensor -> aligned(tensor.bytes()))
                            .sum());
            GgufWriter writer = new GgufWriter(target, file, AtomicFile.open(file.partial()), List.copyOf(tensors));
            writer.write(head);
            return writer;
        } catch (IOException wrong) {
            file.close();
            throw IoErrors.writing(target, wrong);
        } catch (RuntimeException wrong) {
            file.close();
            throw wrong;
        }
    }

    private static ByteBuffer head(GgufMetadata metadata, List<GgufTensor> tensors) {
        byte[] pairs = metadata.toBytes();
        int names =
                tensors.stream().mapToInt(tensor -> utf8(tensor).length + 64).sum();
        ByteBuffer head = ByteBuffer.allocate(Math.addExact(pairs.length, names + 64 + ALIGNMENT))
                .order(ByteOrder.LITTLE_ENDIAN);
        head.put(MAGIC)
                .putInt(VERSION)
                .putLong(tensors.size())
                .putLong(metadata.count())
                .put(pairs);
        long offset = 0;
        for (GgufTensor tensor : tensors) {
            byte[] name = utf8(tensor);
            head.putLong(name.length).put(name).putInt(tensor.vector() ? 1 : 2).putLong(tensor.columns());
            if (!tensor.vector()) {
                head.putLong(tensor.rows());
            }
            head.putInt(tensor.type().id()).putLong(offset);
            offset += aligned(tensor.bytes());
        }
        head.put(new byte[(int) (aligned(head.position()) - head.position())]);
        return head.flip();
    }

    private static byte[] utf8(GgufTensor tensor) {
        return tensor.name().getBytes(StandardCharsets.UTF_8);
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /**
     * Writes the data of the next tensor.
     *
     * @throws IllegalStateException if the data have another size than the description says
     */
    public void next(Content content) {
        GgufTensor tensor = tensors.get(written++);
        try {
            long begin = channel.position();
            content.passTo(this::write);
            long bytes = channel.position() - begin;
            if (bytes != tensor.bytes()) {
                throw new IllegalStateException("gguf: " + bytes + " bytes came for " + tensor);
            }
            write(ByteBuffer.allocate((int) (aligned(bytes) - bytes)));
        } catch (IOException wrong) {
            throw IoErrors.writing(target, wrong);
        }
    }

    private void write(ByteBuffer part) {
        try {
            while (part.hasRemaining()) {
                channel.write(part);
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(target, wrong);
        }
    }

    /**
     * Flushes the file to the disk and gives it its name.
     *
     * @return its bytes
     * @throws IllegalStateException if a tensor has not been written
     */
    public long finish() {
        if (written != tensors.size()) {
            throw new IllegalStateException("gguf: " + written + " of " + tensors.size() + " tensors are written");
        }
        try {
            long bytes = channel.size();
            channel.close();
            file.finish();
            return bytes;
        } catch (IOException wrong) {
            throw IoErrors.writing(target, wrong);
        }
    }

    /** Closes the writer. Without {@link #finish} before, no file remains. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException wrong) {
            throw IoErrors.writing(target, wrong);
        } finally {
            file.close();
        }
    }
}
