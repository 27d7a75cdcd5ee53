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
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The finished steps of long work, one line each, in a file that survives the death of the process. The first line
 * identifies the work. A line that was not written to its end, or has changed since, does not count, and neither do those after
 * it: each line begins with its checksum. The folder's lock keeps other processes out.
 */
public final class Journal implements AutoCloseable {

    private static final int DIGITS = 8;

    private final Path file;
    private final FileChannel channel;
    private final String work;
    private final List<String> lines;

    private Journal(Path file, FileChannel channel, String work, List<String> lines) {
        this.file = file;
        this.channel = channel;
        this.work = work;
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
                Journal begun = new Journal(file, channel, work, new ArrayList<>());
                begun.write(work);
                return begun;
            }
            if (!lines.get(0).equals(work)) {
                throw new LancetException(
                        shown + ": what is there was written from another input, by other options or by"
                                + " another version; remove " + file.getParent() + " to start anew");
            }
            return new Journal(file, channel, work, new ArrayList<>(lines.subList(1, lines.size())));
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

    /** The sound lines; cuts off what follows, and leaves the channel at their end. */
    private static List<String> complete(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {}
        List<String> lines = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < bytes.position(); at++) {
            if (bytes.get(at) == '\n') {
                String line = new String(bytes.array(), from, at - from, StandardCharsets.UTF_8);
                if (line.length() <= DIGITS || !line.equals(summed(line.substring(DIGITS + 1)))) {
                    break;
                }
                lines.add(line.substring(DIGITS + 1));
                from = at + 1;
            }
        }
        channel.truncate(from);
        channel.position(from);
        return lines;
    }

    private static String summed(String line) {
        CRC32C sum = new CRC32C();
        sum.update(line.getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%08x %s", sum.getValue(), line);
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

    /** Removes all lines but the first ones, because what the others name is lost. */
    public void keepFirst(int count) {
        try {
            long end = 0;
            for (String line : Stream.concat(Stream.of(work), lines.subList(0, count).stream())
                    .toList()) {
                end += DIGITS + 2 + line.getBytes(StandardCharsets.UTF_8).length;
            }
            lines.subList(count, lines.size()).clear();
            channel.truncate(end);
            channel.position(end);
        } catch (IOException wrong) {
            throw IoErrors.writing(file, wrong);
        }
    }

    private void write(String line) throws IOException {
        if (line.contains("\n")) {
            throw new IllegalArgumentException("journal: a line has a line break: " + line);
        }
        ByteBuffer bytes = ByteBuffer.wrap((summed(line) + "\n").getBytes(StandardCharsets.UTF_8));
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
