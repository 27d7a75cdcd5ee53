package dev.lancet.tests.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Fixtures, copies of them to be damaged, and what a folder holds. */
final class Folders {

    static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    private Folders() {}

    static Path copy(String fixture, Path into) throws IOException {
        Path target = Files.createDirectory(into.resolve(fixture));
        try (Stream<Path> files = Files.list(FIXTURES.resolve(fixture))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }

    static void replace(Path file, String old, String by) throws IOException {
        String text = Files.readString(file);
        if (!text.contains(old)) {
            throw new AssertionError(file + " does not hold " + old);
        }
        Files.writeString(file, text.replace(old, by));
    }

    /** Every file below a folder with a hash of its bytes. */
    static Map<String, Integer> content(Path folder) {
        Map<String, Integer> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                content.put(
                        folder.relativize(file).toString(),
                        List.of(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
                                .hashCode());
            }
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
        return content;
    }
}
