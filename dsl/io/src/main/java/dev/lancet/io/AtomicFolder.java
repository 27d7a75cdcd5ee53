package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A folder that appears whole or not at all. It is filled under a name of its own beside its place; {@link #finish} flushes it
 * to the disk and moves it there in one step. Closed before that, nothing remains of it, nor of parent folders that were made
 * for it.
 */
public final class AtomicFolder implements AutoCloseable {

    private final Path target;
    private final Path partial;
    private final Deque<Path> madeParents = new ArrayDeque<>();
    private boolean finished;

    private AtomicFolder(Path target) {
        this.target = target;
        this.partial = PartialPath.of(target.toAbsolutePath().normalize());
    }

    /**
     * Begins a new folder.
     *
     * @throws LancetException if something of this name exists, or it cannot be made
     */
    public static AtomicFolder create(Path target) {
        if (Files.exists(target)) {
            throw IoErrors.exists(target);
        }
        AtomicFolder folder = new AtomicFolder(target);
        try {
            folder.makeParents();
            Files.createDirectory(folder.partial);
            return folder;
        } catch (IOException wrong) {
            folder.close();
            throw IoErrors.writing(target, wrong);
        }
    }

    private void makeParents() throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        Path parent = AtomicFile.folder(partial);
        while (parent != null && !Files.exists(parent)) {
            missing.push(parent);
            parent = parent.getParent();
        }
        for (Path folder : missing) {
            Files.createDirectory(folder);
            madeParents.push(folder);
        }
    }

    /** Where the file of this name is to be written until {@link #finish}. */
    public Path partial(String name) {
        return partial.resolve(name);
    }

    /** What messages call the file of this name: where it will lie. */
    public Path shown(String name) {
        return target.resolve(name);
    }

    /** Writes a text file. */
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

    /** The hash of a file that was written before. */
    public String sha256(String name) {
        try {
            return Sha256.of(partial(name));
        } catch (IOException wrong) {
            throw IoErrors.reading(shown(name), wrong);
        }
    }

    /** Copies a file, or a folder with all that is in it, under its own name. */
    public void copy(Path source) {
        String name = String.valueOf(source.getFileName());
        try {
            for (Path path : FolderTree.list(source)) {
                Files.copy(path, partial(name).resolve(source.relativize(path).toString()));
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(shown(name), wrong);
        }
    }

    /**
     * Lets the folder appear under its name, flushed to the disk.
     *
     * @throws LancetException if it cannot
     */
    public void finish() {
        try {
            DiskFlush.tree(partial);
            AtomicFile.publish(partial, target.toAbsolutePath().normalize());
            finished = true;
        } catch (IOException wrong) {
            throw IoErrors.writing(target, wrong);
        }
    }

    @Override
    public void close() {
        if (finished) {
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
