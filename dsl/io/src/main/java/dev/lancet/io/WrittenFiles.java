package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What an export wrote.
 *
 * @param names the paths of the files inside the folder, sorted, with {@code /}
 * @param bytes of all files together
 */
public record WrittenFiles(List<String> names, long bytes) {

    public WrittenFiles {
        names = List.copyOf(names);
    }

    /**
     * All files inside a folder.
     *
     * @throws LancetException if the folder cannot be read
     */
    public static WrittenFiles in(Path folder) {
        try {
            List<Path> files = FolderTree.list(folder).stream()
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
            long bytes = 0;
            for (Path file : files) {
                bytes += Files.size(file);
            }
            return new WrittenFiles(
                    files.stream()
                            .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                            .toList(),
                    bytes);
        } catch (IOException wrong) {
            throw IoErrors.reading(folder, wrong);
        }
    }
}
