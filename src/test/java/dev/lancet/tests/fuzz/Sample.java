package dev.lancet.tests.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A good file to damage, in the surroundings that it needs.
 *
 * @param whole its content
 * @param damage what is done to it
 * @param file where the damaged one is written
 * @param subject what is then opened: that file, or the folder of it
 * @param opening who opens it
 */
record Sample(byte[] whole, Damage damage, Path file, Path subject, Opening opening) {

    /** Opens a file as a command would. Whatever it refuses while it opens, it must name. */
    interface Opening {
        /** Hands back what one then does with what was opened; that may fail without naming the file. */
        Runnable open(Path subject);
    }

    /** The good file lies in a folder, which is copied. */
    static Sample inFolder(Path folder, String file, Damage damage, Path scratch, Opening opening) throws IOException {
        Path copy = Files.createDirectories(scratch);
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.toList()) {
                Path to = copy.resolve(folder.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(path, to);
                }
            }
        }
        return new Sample(Files.readAllBytes(folder.resolve(file)), damage, copy.resolve(file), copy, opening);
    }

    /** The good file stands alone. */
    static Sample alone(byte[] whole, Damage damage, Path file, Opening opening) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        return new Sample(whole, damage, file, file, opening);
    }

    /** Writes the damaged file; the one before may still be mapped, so it is not written into. */
    void write(byte[] damaged) throws IOException {
        Files.deleteIfExists(file);
        Files.write(file, damaged);
    }

    /** The bytes that there are to open. */
    long bytes() throws IOException {
        try (var paths = Files.walk(subject)) {
            long sum = 0;
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                sum += Files.size(path);
            }
            return sum;
        }
    }
}
