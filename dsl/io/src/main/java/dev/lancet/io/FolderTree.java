package dev.lancet.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files and folders inside a folder. */
final class FolderTree {

    private FolderTree() {}

    /** The folder and everything inside it, each folder before its content. For a file, only the file. */
    static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.toList();
        } catch (UncheckedIOException wrong) {
            throw wrong.getCause() == null ? new IOException(wrong) : wrong.getCause();
        }
    }
}
