package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.file.PartialPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that are there whole or not at all: written under a name of their own, then moved. */
final class CompleteFile {

    /** Writes a file. */
    @FunctionalInterface
    interface Content {
        void writeTo(Path file) throws IOException;
    }

    private CompleteFile() {}

    static void write(Path file, String what, Content content) {
        Path target = file.toAbsolutePath();
        Path partial = PartialPath.of(target);
        try {
            Path folder = target.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            try {
                content.writeTo(partial);
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw new LancetException(
                    what + ": " + file + " cannot be written: " + e.getMessage() + "; choose another place", e);
        }
    }
}
