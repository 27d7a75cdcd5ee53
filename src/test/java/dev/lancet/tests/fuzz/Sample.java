package dev.lancet.tests.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A good file to damage, in the surroundings that it needs. */
final class Sample {

    private final byte[] whole;
    private final Damage damage;
    private final Path file;
    private final Path subject;
    private final Opening opening;

    private Sample(byte[] whole, Damage damage, Path file, Path subject, Opening opening) {
        this.whole = whole;
        this.damage = damage;
        this.file = file;
        this.subject = subject;
        this.opening = opening;
    }

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

    /** Printing is a part of what is tried. */
    static void print(Object... things) {
        for (Object thing : things) {
            if (thing.toString().isEmpty()) {
                throw new IllegalStateException("fuzz: a " + thing.getClass().getSimpleName() + " prints as nothing");
            }
        }
    }

    /** What is opened: the damaged file, or the folder around it. */
    Path subject() {
        return subject;
    }

    Runnable open() {
        return opening.open(subject);
    }

    /** Writes the good file. */
    void writeWhole() throws IOException {
        write(whole);
    }

    /** Writes a damaged file. */
    void writeDamaged(Random random) throws IOException {
        write(damage.of(whole, random));
    }

    /** The file before may still be mapped, so it is not written into. */
    private void write(byte[] bytes) throws IOException {
        Files.deleteIfExists(file);
        Files.write(file, bytes);
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
