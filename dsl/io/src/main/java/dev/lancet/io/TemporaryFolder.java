package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A folder in the system's folder for temporary files, which only this user can read. It is removed when it is closed, or
 * when the JVM ends. If the process is killed, the next process that creates a folder of the same name removes it.
 *
 * @param path the folder
 */
public record TemporaryFolder(Path path) implements AutoCloseable {

    /**
     * Creates an empty folder.
     *
     * @param name what it is for; processes that use the same name clear up after each other
     * @throws LancetException if it cannot be created
     */
    public static TemporaryFolder create(String name) {
        Path inside = Path.of(System.getProperty("java.io.tmpdir", "."));
        Path folder = PartialPath.of(inside.resolve(name));
        try {
            FileAttribute<?>[] own =
                    inside.getFileSystem().supportedFileAttributeViews().contains("posix")
                            ? new FileAttribute<?>[] {
                                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                            }
                            : new FileAttribute<?>[0];
            Files.createDirectory(folder, own);
        } catch (IOException wrong) {
            throw IoErrors.writing(folder, wrong);
        }
        TemporaryFolder created = new TemporaryFolder(folder);
        Runtime.getRuntime().addShutdownHook(new Thread(created::close, "lancet-temporary-" + name));
        return created;
    }

    /** Removes the folder with its content. */
    /** A new file in the system's folder for temporary files, for reading and writing; it goes when it is closed. */
    public static FileChannel scratch(String name) throws IOException {
        return FileChannel.open(
                Files.createTempFile(name, ".tmp"),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
    }

    @Override
    public void close() {
        try {
            PartialPath.delete(path);
        } catch (IOException stays) {
            // The next process of this name removes it.
        }
    }
}
