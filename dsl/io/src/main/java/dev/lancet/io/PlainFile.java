package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Opens files that a stranger may have put there. A pipe would wait for ever, a device would never end, and a link could
 * lead to any file of this machine, whose content would then stand in a message or in a copy.
 */
public final class PlainFile {

    /** Hugging Face's cache keeps the files of a model as links from {@code snapshots/REVISION} to {@code blobs}. */
    private static final String SNAPSHOTS = "snapshots";

    private static final String BLOBS = "blobs";

    private PlainFile() {}

    /**
     * Checks that a path is a file, if something is there at all.
     *
     * @return the same path
     * @throws LancetException if it is a folder, a pipe or a device
     */
    public static Path require(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new LancetException(file + ": is "
                    + (Files.isDirectory(file) ? "a folder" : "no plain file but a pipe or a device")
                    + "; name a file");
        }
        return file;
    }

    /**
     * The file of this name in a folder, checked like {@link #require}. It may be a link, but not to a place outside the
     * folder.
     *
     * @throws LancetException if it is no plain file or leads out of the folder
     */
    public static Path inside(Path folder, String name) {
        return requireInside(folder, folder.resolve(name));
    }

    /** The same for a path that was found in the folder. */
    public static Path requireInside(Path folder, Path file) {
        require(file);
        requireNoEscape(folder, file);
        return file;
    }

    /** The same for a file and the folder in which it stands. */
    public static Path requireInOwnFolder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? require(file) : requireInside(folder, file);
    }

    /**
     * Checks that a file or folder is not outside a folder through a link.
     *
     * @throws LancetException if it is
     */
    public static void requireNoEscape(Path folder, Path path) {
        try {
            if (Files.exists(path) && !path.toRealPath().startsWith(boundary(folder))) {
                throw new LancetException(path + ": is a link that leads out of " + folder
                        + "; copy the file to its place if you trust it");
            }
        } catch (IOException wrong) {
            throw IoErrors.reading(path, wrong);
        }
    }

    /**
     * Checks one of the paths in a folder that is copied: links may lead anywhere inside the folder around that one. What a
     * caller named itself may be a link to anywhere.
     */
    static void requireCopyable(Path copied, Path path) {
        if (copied.equals(path)) {
            return;
        }
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            Path around = copied.toAbsolutePath().getParent();
            requireInside(around == null ? copied : around, path);
        }
    }

    private static Path boundary(Path folder) throws IOException {
        Path real = folder.toRealPath();
        for (Path at = real; at != null; at = at.getParent()) {
            Path cache = at.getParent();
            if (at.endsWith(SNAPSHOTS) && cache != null && Files.isDirectory(cache.resolve(BLOBS))) {
                return cache;
            }
        }
        return real;
    }

    /**
     * The content of a file.
     *
     * @param most the most bytes that it may have
     * @throws LancetException if it is no plain file or is larger
     */
    public static byte[] read(Path file, int most) throws IOException {
        if (Files.size(require(file)) > most) {
            throw new LancetException(file + ": has " + Files.size(file) + " bytes, above the limit of " + most
                    + " for such a file; check that it is what you meant");
        }
        return Files.readAllBytes(file);
    }
}
