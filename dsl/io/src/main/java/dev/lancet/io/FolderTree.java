package dev.lancet.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** All that is in a folder. */
final class FolderTree {

    private FolderTree() {}

    /** The folder itself and all that is in it, each folder before what is in it; a file gives itself. */
    static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.toList();
        } catch (UncheckedIOException wrong) {
            throw wrong.getCause() == null ? new IOException(wrong) : wrong.getCause();
        }
    }
}
