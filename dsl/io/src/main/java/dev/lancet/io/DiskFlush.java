package dev.lancet.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Flushes files and folders to the disk, so that they survive a power cut. */
final class DiskFlush {

    private DiskFlush() {}

    /** Waits until the content of a file is on the disk. */
    static void file(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Waits until the file names of a folder are on the disk. Windows cannot open a folder, and does not need it. */
    static void folder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder)) {
            channel.force(true);
        } catch (IOException unsupported) {
            return;
        }
    }

    /** Waits until a folder and its content are on the disk. */
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
