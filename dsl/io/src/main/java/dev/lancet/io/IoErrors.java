package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Turns errors of the file system into one line that names the file, the reason and the way out. */
public final class IoErrors {

    private IoErrors() {}

    /** The error for a file that cannot be read. */
    public static LancetException reading(Path file, IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return new LancetException(file + ": there is no such file; check the path", cause);
        }
        return new LancetException(
                file + ": cannot be read: " + reason(cause) + "; check that it is a readable file", cause);
    }

    /** The error for a file or folder that cannot be written. */
    public static LancetException writing(Path file, IOException cause) {
        return new LancetException(
                file + ": cannot be written: " + reason(cause) + "; choose a place that is writable and has room",
                cause);
    }

    /**
     * Checks that an output path is free. A command calls this before its work starts, so that the work is not lost.
     *
     * @throws LancetException if a file or folder already exists there
     */
    public static void requireFree(Path path) {
        requireFree(path, path);
    }

    /** As above, with the name that messages give the path. */
    static void requireFree(Path path, Path shown) {
        if (Files.exists(path)) {
            throw new LancetException(shown + ": exists already; choose another path or remove it first");
        }
    }

    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "access is denied";
        }
        if (cause instanceof NotDirectoryException) {
            return cause.getMessage() + " is not a folder";
        }
        if (cause instanceof FileAlreadyExistsException) {
            return cause.getMessage() + " is in the way";
        }
        if (cause instanceof FileSystemException system && system.getReason() != null) {
            return system.getReason();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
