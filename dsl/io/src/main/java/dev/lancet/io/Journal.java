package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The finished steps of long work, one line each, in a file that survives the death of the process. The first line
 * identifies the work. A line that was not written to its end does not count. The folder's lock keeps other processes out.
 */
public final class Journal implements AutoCloseable {

    private final Path file;
    private final FileChannel channel;
    private final List<String> lines;

    private Journal(Path file, FileChannel channel, List<String> lines) {
        this.file = file;
        this.channel = channel;
        this.lines = lines;
    }

    /**
     * Opens a journal, or begins one if there is none with a complete first line.
     *
     * @param work identifies the work; one line
     * @throws LancetException if the journal is of other work
     */
    static Journal open(Path file, String work, Path shown) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            List<String> lines = complete(channel);
            if (lines.isEmpty()) {
                Journal begun = new Journal(file, channel, new ArrayList<>());
                begun.write(work);
                return begun;
            }
            if (!lines.get(0).equals(work)) {
                throw new LancetException(
                        shown + ": what is there was written from another input, by other options or by"
                                + " another version; remove " + file.getParent() + " to start anew");
            }
            return new Journal(file, channel, new ArrayList<>(lines.subList(1, lines.size())));
        } catch (IOException wrong) {
            closed(channel);
            throw IoErrors.writing(shown, wrong);
        } catch (RuntimeException wrong) {
            closed(channel);
            throw wrong;
        }
    }

    private static void closed(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException unimportant) {
            return;
        }
    }

    /** The complete lines; cuts off what follows, and leaves the channel at their end. */
    private static List<String> complete(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {}
        String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        channel.truncate(whole.getBytes(StandardCharsets.UTF_8).length);
        channel.position(channel.size());
        return whole.lines().toList();
    }

    /** The lines of earlier processes and of this one. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    /** Adds a line. When this returns, it is on the disk. */
    public void add(String line) {
        try {
            write(line);
            lines.add(line);
        } catch (IOException wrong) {
            throw IoErrors.writing(file, wrong);
        }
    }

    private void write(String line) throws IOException {
        if (line.contains("\n")) {
            throw new IllegalArgumentException("journal: a line has a line break: " + line);
        }
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
    }

    /** Closes the file. */
    @Override
    public void close() {
        closed(channel);
    }
}
