package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * The documents of files and folders, in order and one at a time, however many there are; blank ones are left out.
 *
 * <ul>
 *   <li>{@code .jsonl}: a line is a document, a JSON object that has it under a key;
 *   <li>{@code .csv}, {@code .tsv}: a row is a document, under the name of a column in the first row;
 *   <li>{@code .tar}: every file of these kinds inside, in the order of the archive;
 *   <li>a folder: every file of these kinds below it, by name; hidden ones are left out;
 *   <li>anything else, if it is named itself or ends in {@code .txt}: UTF-8 text, one document;
 *   <li>each of them also packed, as {@code .gz} or {@code .tgz}.
 * </ul>
 *
 * <p>Nothing is unpacked to disk, so no name in an archive can point anywhere. What unpacks to far more than text would is
 * refused.
 */
public final class Documents {

    private final List<Path> files;
    private final DocumentReader reading;

    private Documents(List<Path> files, DocumentReader reading) {
        this.files = files;
        this.reading = reading;
    }

    /**
     * Finds the files; reads nothing yet.
     *
     * @param field column of CSV or key of JSON lines that holds the text
     * @throws LancetException if a path does not exist, or a folder holds no file of a known kind
     */
    public static Documents of(List<Path> paths, Optional<String> field) {
        List<Path> files = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                files.addAll(below(path));
            } else if (Files.isRegularFile(path)) {
                files.add(path);
            } else {
                throw new LancetException("corpus: " + path + " does not exist; check the path"
                        + (path.isAbsolute()
                                ? ""
                                : ", which is relative to " + Path.of("").toAbsolutePath()));
            }
        }
        return new Documents(List.copyOf(files), new DocumentReader(field.orElse("text")));
    }

    private static List<Path> below(Path folder) {
        try (Stream<Path> found = Files.walk(folder)) {
            List<Path> files = found.filter(Files::isRegularFile)
                    .filter(file -> !hidden(folder.relativize(file)))
                    .filter(file -> FileKind.known(name(file)))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw new LancetException("corpus: " + folder + " holds no " + FileKind.NAMES + "; name the files");
            }
            return files;
        } catch (IOException e) {
            throw new LancetException("corpus: " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean hidden(Path path) {
        for (Path part : path) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    /** The one plain text file that there is, if there is nothing else. */
    public Optional<Path> onlyText() {
        return files.size() == 1 && FileKind.of(FileKind.unpacked(name(files.get(0)))) == FileKind.TEXT
                ? Optional.of(files.get(0))
                : Optional.empty();
    }

    /**
     * Hands over every document.
     *
     * @throws LancetException if a file is broken, not UTF-8, or lacks the field; the message says where
     */
    public void each(String what, Progress progress, Consumer<Document> taker) {
        long all = 0;
        for (Path file : files) {
            all += size(file);
        }
        try (Progress.Task task = progress.begin(what, Math.max(1, all))) {
            long before = 0;
            for (Path file : files) {
                long done = before;
                read(file, taker, read -> task.advance(done + read, name(file)));
                before += size(file);
            }
        }
    }

    private void read(Path file, Consumer<Document> taker, BoundedInputStream.Watcher watcher) {
        open(file, watcher, (name, in) -> {
            reading.read(name, in, file.toString(), taker);
            return name;
        });
    }

    /**
     * A plain text file as it is, white space around it and all.
     *
     * @throws LancetException if it cannot be read or is not UTF-8
     */
    public static String plain(Path file) {
        return open(file, read -> {}, (name, in) -> Utf8Text.whole(in, file.toString()));
    }

    /** Reads an unpacked stream whose name would end so. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(String name, InputStream in) throws IOException;
    }

    private static <T> T open(Path file, BoundedInputStream.Watcher watcher, Reader<T> reader) {
        String name = name(file);
        String unpacked = FileKind.unpacked(name);
        try (InputStream raw = Files.newInputStream(file);
                InputStream packed = new BoundedInputStream(raw, Long.MAX_VALUE, file.toString(), watcher)) {
            if (unpacked.equals(name)) {
                return reader.read(name, packed);
            }
            try (InputStream unzipped = new GZIPInputStream(packed, 1 << 16);
                    InputStream bounded = new BoundedInputStream(
                            unzipped, BoundedInputStream.unpacked(size(file)), file.toString(), read -> {})) {
                return reader.read(unpacked, bounded);
            }
        } catch (IOException e) {
            throw new LancetException(
                    "corpus: " + file + " cannot be read: " + e.getMessage()
                            + "; it is truncated or of another kind than its name says",
                    e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new LancetException("corpus: " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
