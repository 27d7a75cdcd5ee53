package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that grows while a process works. What was added survives the death of the process; after {@link #flush} it also
 * survives a power cut. The last record may be incomplete after either, so readers must leave an incomplete one out.
 */
public final class AppendedFile implements AutoCloseable {

    private final Path file;
    private final FileChannel channel;

    private AppendedFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Begins a new file.
     *
     * @throws LancetException if the file exists or cannot be written
     */
    public static AppendedFile create(Path file) {
        return open(file, StandardOpenOption.CREATE_NEW);
    }

    /**
     * Opens a file, or begins it if it does not exist.
     *
     * @throws LancetException if the file cannot be written
     */
    public static AppendedFile open(Path file) {
        return open(file, StandardOpenOption.CREATE);
    }

    private static AppendedFile open(Path file, StandardOpenOption how) {
        try {
            return new AppendedFile(
                    file, FileChannel.open(file, how, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
        } catch (IOException wrong) {
            throw IoErrors.writing(file, wrong);
        }
    }

    /** Adds a line of UTF-8 text. */
    public void line(String line) {
        add((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Adds bytes. */
    public void add(byte[] bytes) {
        try {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(file, wrong);
        }
    }

    /** Waits until all that was added is on the disk. */
    public void flush() {
        try {
            channel.force(true);
        } catch (IOException wrong) {
            throw IoErrors.writing(file, wrong);
        }
    }

    /** Flushes and closes the file. */
    @Override
    public void close() {
        try (channel) {
            if (channel.isOpen()) {
                channel.force(true);
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(file, wrong);
        }
    }
}
