package dev.lancet.runtime.compress;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.io.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Identifies a model by its content, the same on every machine: SHA-256 over the name, the size and the content of every
 * file. Of a file larger than 64 MiB it reads 64 parts of 1 MiB at equal distances, because reading gigabytes would take as
 * long as some of the work.
 */
public final class InputFingerprint {

    private static final int PART = 1 << 20;
    private static final int PARTS = 64;
    private static final int MOST_FILES = 10_000;

    private InputFingerprint() {}

    /**
     * The fingerprint of a file or of all files in a folder.
     *
     * @throws LancetException if a file cannot be read, or the folder has more than 10,000
     */
    public static String of(Path model) {
        try (Stream<Path> walk = Files.walk(model)) {
            List<Path> files = walk.filter(Files::isRegularFile)
                    .limit(MOST_FILES + 1L)
                    .sorted(Comparator.comparing(file -> name(model, file)))
                    .toList();
            if (files.size() > MOST_FILES) {
                throw new LancetException(
                        model + ": has more than " + MOST_FILES + " files; name the folder of the model alone");
            }
            MessageDigest digest = Sha256.digest();
            for (Path file : files) {
                digest.update((name(model, file) + "\n" + Files.size(file) + "\n").getBytes(StandardCharsets.UTF_8));
                add(digest, file);
            }
            return "SHA-256 " + Sha256.text(digest.digest());
        } catch (IOException wrong) {
            throw IoErrors.reading(model, wrong);
        }
    }

    private static String name(Path model, Path file) {
        return file.equals(model) ? "" : model.relativize(file).toString().replace('\\', '/');
    }

    private static void add(MessageDigest digest, Path file) throws IOException {
        ByteBuffer part = ByteBuffer.allocate(PART);
        try (SeekableByteChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            boolean whole = size <= (long) PART * PARTS;
            for (int i = 0; whole ? (long) i * PART < size : i < PARTS; i++) {
                channel.position(whole ? (long) i * PART : (size - PART) / (PARTS - 1) * i);
                part.clear();
                while (part.hasRemaining() && channel.read(part) >= 0) {}
                digest.update(part.flip());
            }
        }
    }
}
