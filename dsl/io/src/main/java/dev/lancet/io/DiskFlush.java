package dev.lancet.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Makes what was written survive a power cut. */
final class DiskFlush {

    private DiskFlush() {}

    /** Waits until a file's content is on the disk. */
    static void file(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Waits until the names in a folder are on the disk. Some systems (Windows) cannot open a folder, and need not. */
    static void folder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder)) {
            channel.force(true);
        } catch (IOException unsupported) {
            return;
        }
    }

    /** Waits until a folder with all that is in it is on the disk. */
    static void tree(Path folder) throws IOException {
        for (Path path : FolderTree.list(folder)) {
            if (Files.isDirectory(path)) {
                folder(path);
            } else {
                file(path);
            }
        }
    }
}
