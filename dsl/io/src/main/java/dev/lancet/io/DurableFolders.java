package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;

/** Creates and removes folders; what it did is on the disk when the call returns. */
public final class DurableFolders {

    private DurableFolders() {}

    /**
     * Creates a folder and the missing ones above it.
     *
     * @throws LancetException if it cannot be created
     */
    public static void create(Path folder) {
        try {
            missing(folder);
        } catch (IOException wrong) {
            throw IoErrors.writing(folder, wrong);
        }
    }

    /**
     * Removes a folder and everything inside it, if it exists. Links are removed, not followed. It disappears in one step:
     * if the process is killed, what is left has a temporary name, and the next one that writes here removes it.
     *
     * @throws LancetException if it cannot be removed
     */
    public static void remove(Path folder) {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Path target = folder.toAbsolutePath().normalize();
            Path leaving = PartialPath.of(target);
            Files.move(target, leaving, StandardCopyOption.ATOMIC_MOVE);
            DiskFlush.folder(AtomicFile.folder(target));
            PartialPath.delete(leaving);
        } catch (IOException wrong) {
            throw IoErrors.writing(folder, wrong);
        }
    }

    /** Creates a folder and the missing ones above it; those that were created, the deepest first. */
    static Deque<Path> missing(Path folder) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        Path at = folder.toAbsolutePath().normalize();
        while (at != null && !Files.exists(at)) {
            missing.push(at);
            at = at.getParent();
        }
        Deque<Path> made = new ArrayDeque<>();
        for (Path each : missing) {
            try {
                Files.createDirectory(each);
                made.push(each);
                DiskFlush.folder(AtomicFile.folder(each));
            } catch (FileAlreadyExistsException meanwhile) {
                if (!Files.isDirectory(each)) {
                    throw meanwhile;
                }
            }
        }
        if (!Files.isDirectory(folder)) {
            throw new FileAlreadyExistsException(folder.toString());
        }
        return made;
    }
}
