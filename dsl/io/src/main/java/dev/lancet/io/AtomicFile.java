package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file that appears complete or not at all. It is written under a temporary name in the same folder; {@link #finish}
 * flushes it to the disk and renames it in one step. If it is closed before that, it is removed.
 */
public final class AtomicFile implements AutoCloseable {

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(Path file) throws IOException;
    }

    private final Path target;
    private final Path shown;
    private final Path partial;
    private final Optional<OutputLock> lock;
    private boolean finished;

    private AtomicFile(Path target, Path shown, Path partial, Optional<OutputLock> lock) {
        this.target = target;
        this.shown = shown;
        this.partial = partial;
        this.lock = lock;
    }

    private static AtomicFile begin(Path target, Path shown, Optional<OutputLock> lock) {
        Path whole = target.toAbsolutePath().normalize();
        try {
            DurableFolders.missing(folder(whole));
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
        return new AtomicFile(whole, shown, PartialPath.of(whole), lock);
    }

    /**
     * Begins a new file, and creates missing parent folders. Until it is closed, no other process can write a file or
     * folder of this name.
     *
     * @throws LancetException if a file or folder of this name exists, or another process is writing it
     */
    public static AtomicFile create(Path target) {
        IoErrors.requireFree(target);
        try {
            DurableFolders.missing(folder(target));
        } catch (IOException wrong) {
            throw IoErrors.writing(target, wrong);
        }
        OutputLock lock = OutputLock.take(target, "output");
        try {
            // The other writer may have finished before the lock was free.
            IoErrors.requireFree(target);
            return begin(target, target, Optional.of(lock));
        } catch (RuntimeException wrong) {
            lock.close();
            throw wrong;
        }
    }

    /** Begins a new file in a folder that the caller has locked; messages call the file {@code shown}. */
    public static AtomicFile create(Path target, Path shown) {
        IoErrors.requireFree(target, shown);
        return begin(target, shown, Optional.empty());
    }

    /**
     * Begins a file in a folder that is itself being written, or opens what an earlier process left of it; messages call
     * the file {@code shown}. It has its final name from the beginning.
     */
    public static AtomicFile resumable(Path target, Path shown) {
        return new AtomicFile(target, shown, target, Optional.empty());
    }

    /** Begins a file that replaces an existing file of this name. */
    public static AtomicFile replace(Path target) {
        return begin(target, target, Optional.empty());
    }

    /**
     * Writes a file, and replaces an existing file of this name.
     *
     * @throws LancetException if the file cannot be written
     */
    public static void replace(Path target, Content content) {
        try (AtomicFile file = replace(target)) {
            content.writeTo(file.partial);
            file.finish();
        } catch (IOException wrong) {
            throw IoErrors.writing(target, wrong);
        }
    }

    /** Writes a UTF-8 text file, and replaces an existing file of this name. */
    public static void replace(Path target, String text) {
        replace(target, file -> Files.writeString(file, text));
    }

    /** The temporary path to write to until {@link #finish}. */
    public Path partial() {
        return partial;
    }

    /** Writes a new file into a folder that is itself being written, which flushes it when it is finished. */
    public static void write(Path file, byte[] content) throws IOException {
        Files.write(file, content, StandardOpenOption.CREATE_NEW);
    }

    /** Opens a new file for writing. */
    public static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Opens a file for writing, which may exist. */
    public static FileChannel reopen(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /**
     * Checks that the disk has room for this many bytes.
     *
     * @throws LancetException if the disk has less room
     */
    public void requireRoom(long bytes) throws IOException {
        long there = Files.exists(partial) ? Files.size(partial) : 0;
        long free = there + Files.getFileStore(folder(target)).getUsableSpace();
        if (bytes > free) {
            throw new LancetException(shown + ": needs " + bytes + " bytes, but the disk has only " + free
                    + " free; free some or choose another place");
        }
    }

    /**
     * Flushes the file to the disk and gives it its final name.
     *
     * @throws LancetException if that fails
     */
    public void finish() {
        try {
            DiskFlush.file(partial);
            if (!partial.equals(target)) {
                publish(partial, target);
            }
            finished = true;
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
    }

    static void publish(Path partial, Path target) throws IOException {
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        DiskFlush.folder(folder(target));
    }

    static Path folder(Path target) {
        Path parent = target.toAbsolutePath().getParent();
        return parent == null ? target : parent;
    }

    @Override
    public void close() {
        try {
            if (!finished) {
                Files.deleteIfExists(partial);
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        } finally {
            lock.ifPresent(OutputLock::close);
        }
    }
}
