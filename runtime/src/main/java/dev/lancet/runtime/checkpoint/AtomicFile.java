package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** How a file comes into being: under a name of its own beside its place, flushed, then moved there in one step. */
final class AtomicFile {

    /** Opens a file that is not there yet. */
    @FunctionalInterface
    interface Opener {
        FileChannel open(Path path) throws IOException;
    }

    private AtomicFile() {}

    static FileChannel open(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    static void requireRoom(Path target, Path shown, long bytes) throws IOException {
        long free = Files.getFileStore(folder(target)).getUsableSpace();
        if (bytes > free) {
            throw new LancetException(shown + ": " + bytes + " bytes are needed, but the disk has only " + free
                    + " free; free some or choose another place");
        }
    }

    static void publish(Path partial, Path target) throws IOException {
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        flushFolder(folder(target));
    }

    static Path folder(Path target) {
        Path parent = target.toAbsolutePath().getParent();
        return parent == null ? target : parent;
    }

    /** Makes a new name survive a power cut. Some systems (Windows) cannot open a folder, and need not. */
    private static void flushFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder)) {
            channel.force(true);
        } catch (IOException unsupported) {
            return;
        }
    }

    /** Writes a text file, flushed; in a folder that nobody sees yet. */
    static void text(Path file, String content) throws IOException {
        try (FileChannel channel = open(file)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }
}
