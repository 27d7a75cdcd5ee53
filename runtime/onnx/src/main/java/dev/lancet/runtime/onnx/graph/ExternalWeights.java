package dev.lancet.runtime.onnx.graph;

import dev.lancet.io.AtomicFile;
import dev.lancet.io.AtomicFolder;
import dev.lancet.io.IoErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The file of the arrays of an ONNX model. Each array begins at a page of memory, so that a runtime can map it, and is
 * written as soon as it is known.
 */
public final class ExternalWeights implements AutoCloseable {

    private static final int PAGE = 4096;

    private final String name;
    private final Path shown;
    private final FileChannel channel;
    private long end;

    /** The position of an array in the file, in bytes. */
    public record Place(long offset, long length) {}

    /** Passes on the bytes of an array, in parts that are valid only during the call. */
    @FunctionalInterface
    public interface Content {
        void passTo(Consumer<ByteBuffer> parts);
    }

    /** Begins a file of this name in a folder that is itself being written. */
    public ExternalWeights(AtomicFolder folder, String name) {
        this.name = name;
        shown = folder.shown(name);
        try {
            channel = AtomicFile.open(folder.partial(name));
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
    }

    /** The name of the file. */
    String name() {
        return name;
    }

    /** Bytes of the file up to now. */
    public long bytes() {
        return end;
    }

    /** Writes an array of this many bytes. */
    Place append(Content content, long length) {
        try {
            long offset = (end + PAGE - 1) / PAGE * PAGE;
            channel.position(offset);
            content.passTo(this::write);
            if (channel.position() != offset + length) {
                throw new IllegalStateException(
                        "array: " + (channel.position() - offset) + " bytes came, not " + length);
            }
            end = offset + length;
            return new Place(offset, length);
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
    }

    private void write(ByteBuffer part) {
        try {
            while (part.hasRemaining()) {
                channel.write(part);
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
    }
}
