package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** Creates folders whose names are on the disk when the call returns. */
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

    /** As above; the folders that were created, the deepest first. */
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
