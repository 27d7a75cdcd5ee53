package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A folder that appears complete or not at all. It is filled under a temporary name beside its final place; {@link
 * #finish} flushes it to the disk and renames it in one step. If it is closed before that, it is removed, together with
 * the parent folders that were created for it. Until it is closed, no other process can write a file or folder of this name.
 */
public final class AtomicFolder implements AutoCloseable {

    private final Path target;
    private final Path partial;
    private final Deque<Path> madeParents;
    private final Optional<OutputLock> lock;
    private boolean finished;

    private AtomicFolder(Path target, Path partial, Deque<Path> madeParents, Optional<OutputLock> lock) {
        this.target = target;
        this.partial = partial;
        this.madeParents = madeParents;
        this.lock = lock;
    }

    /**
     * Begins a new folder.
     *
     * @throws LancetException if a file or folder of this name exists, another process is writing it, or the folder cannot
     *     be created
     */
    public static AtomicFolder create(Path target) {
        IoErrors.requireFree(target);
        return begin(target, false, () -> PartialPath.of(target.toAbsolutePath().normalize()));
    }

    /**
     * Begins a new folder, unless it exists. Waits while another process writes it.
     *
     * @throws LancetException if the folder cannot be created
     */
    public static Optional<AtomicFolder> createUnlessThere(Path target) {
        if (Files.exists(target)) {
            return Optional.empty();
        }
        try {
            return Optional.of(begin(
                    target, true, () -> PartialPath.of(target.toAbsolutePath().normalize())));
        } catch (LancetException wrong) {
            if (Files.exists(target)) {
                return Optional.empty();
            }
            throw wrong;
        }
    }

    /** Begins a folder under this temporary name, or opens what is there under it. */
    static AtomicFolder resumable(Path target, Path partial) {
        return begin(target, false, () -> partial);
    }

    /**
     * Begins or opens a folder in one that is itself being written; messages call it {@code shown}. It has its final name
     * from the beginning: {@link #finish} flushes it, and {@link #close} leaves it.
     */
    static AtomicFolder within(Path folder, Path shown) {
        DurableFolders.create(folder);
        return new AtomicFolder(shown, folder, new ArrayDeque<>(), Optional.empty());
    }

    private static AtomicFolder begin(Path target, boolean waiting, Supplier<Path> temporary) {
        Deque<Path> made = new ArrayDeque<>();
        Optional<OutputLock> lock = Optional.empty();
        try {
            made = DurableFolders.missing(
                    AtomicFile.folder(target.toAbsolutePath().normalize()));
            lock = Optional.of(waiting ? OutputLock.await(target) : OutputLock.take(target, "output"));
            // The other writer may have finished before the lock was free.
            IoErrors.requireFree(target);
            Path partial = temporary.get();
            DurableFolders.missing(partial);
            return new AtomicFolder(target, partial, made, lock);
        } catch (IOException wrong) {
            undo(lock, made);
            throw IoErrors.writing(target, wrong);
        } catch (RuntimeException wrong) {
            undo(lock, made);
            throw wrong;
        }
    }

    private static void undo(Optional<OutputLock> lock, Deque<Path> made) {
        lock.ifPresent(OutputLock::close);
        try {
            for (Path each : made) {
                Files.deleteIfExists(each);
            }
        } catch (IOException stays) {
            // The error that led here says more.
        }
    }

    /** Creates a folder in this one. */
    public void subfolder(String name) {
        try {
            Files.createDirectory(partial(name));
        } catch (IOException wrong) {
            throw IoErrors.writing(shown(name), wrong);
        }
    }

    /** Lets others write the folder, and leaves what is there. */
    void release() {
        lock.ifPresent(OutputLock::close);
    }

    /** The temporary path to which the file of this name must be written until {@link #finish}. */
    public Path partial(String name) {
        return partial.resolve(name);
    }

    /** The final path of the file of this name, for messages. */
    public Path shown(String name) {
        return target.resolve(name);
    }

    /** Writes a UTF-8 text file. */
    public void text(String name, String content) {
        try {
            Files.writeString(partial(name), content);
        } catch (IOException wrong) {
            throw IoErrors.writing(shown(name), wrong);
        }
    }

    /** Writes a file. */
    public void bytes(String name, byte[] content) {
        try {
            Files.write(partial(name), content);
        } catch (IOException wrong) {
            throw IoErrors.writing(shown(name), wrong);
        }
    }

    /** The SHA-256 of a file that was already written here. */
    public String sha256(String name) {
        try {
            return Sha256.of(partial(name));
        } catch (IOException wrong) {
            throw IoErrors.reading(shown(name), wrong);
        }
    }

    /**
     * Copies a file, or a folder with its content, and keeps its name.
     *
     * @throws LancetException if a link in it leads out of the folder around it, or something in it is no plain file
     */
    public void copy(Path source) {
        String name = String.valueOf(source.getFileName());
        try {
            for (Path path : FolderTree.list(source)) {
                PlainFile.requireCopyable(source, path);
                Files.copy(
                        path,
                        partial(name).resolve(source.relativize(path).toString()),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(shown(name), wrong);
        }
    }

    /**
     * Flushes the folder to the disk and gives it its final name.
     *
     * @throws LancetException if that fails
     */
    public void finish() {
        try {
            DiskFlush.tree(partial);
            if (lock.isPresent()) {
                AtomicFile.publish(partial, target.toAbsolutePath().normalize());
            }
            finished = true;
        } catch (IOException wrong) {
            throw IoErrors.writing(target, wrong);
        }
    }

    /**
     * Flushes one file or folder in this one to the disk and gives it the final name. The rest of this folder stays.
     *
     * @throws LancetException if that fails
     */
    void finish(Path result) {
        try {
            DiskFlush.tree(result);
            AtomicFile.publish(result, target.toAbsolutePath().normalize());
            finished = true;
        } catch (IOException wrong) {
            throw IoErrors.writing(target, wrong);
        }
    }

    @Override
    public void close() {
        release();
        if (finished || lock.isEmpty()) {
            return;
        }
        try {
            PartialPath.delete(partial);
            for (Path made : madeParents) {
                Files.deleteIfExists(made);
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(partial, wrong);
        }
    }
}
