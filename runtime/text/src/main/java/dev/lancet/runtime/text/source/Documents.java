package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import dev.lancet.io.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Reads the documents of files and folders in order, one at a time. Blank documents are left out.
 *
 * <ul>
 *   <li>{@code .jsonl}: each line is a JSON object with one document under a key;
 *   <li>{@code .csv}, {@code .tsv}: each row has one document in a column, which the first row names;
 *   <li>{@code .tar}: every file of these kinds in the archive, in its order;
 *   <li>a folder: every file of these kinds in it and its subfolders, sorted by name; hidden files are left out, and a
 *       link out of the folder is an error;
 *   <li>{@code .txt}, and any other file that is named directly: one document of UTF-8 text;
 *   <li>each of them may be packed as {@code .gz} or {@code .tgz}.
 * </ul>
 *
 * <p>Nothing is unpacked to disk, so a name in an archive cannot point to a file outside. A file that unpacks to far
 * more than text would is rejected.
 */
public final class Documents {

    private static final int MOST_FILES = 1_000_000;

    private final List<Path> files;
    private final DocumentReader reading;

    private Documents(List<Path> files, DocumentReader reading) {
        this.files = files;
        this.reading = reading;
    }

    /**
     * Finds the files without reading them.
     *
     * @param field the column of CSV, or the key of JSON lines, that holds the text
     * @throws LancetException if a path does not exist, or if a folder has no file of a known kind
     */
    public static Documents of(List<Path> paths, Optional<String> field) {
        return new Documents(files(paths), new DocumentReader(field.orElse("text")));
    }

    /** The files at these paths and below these folders. */
    static List<Path> files(List<Path> paths) {
        List<Path> files = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                files.addAll(below(path));
            } else if (Files.exists(path)) {
                files.add(PlainFile.require(path));
            } else {
                throw new LancetException("corpus: " + path + " does not exist; check the path"
                        + (path.isAbsolute()
                                ? ""
                                : ", which is relative to " + Path.of("").toAbsolutePath()));
            }
        }
        return List.copyOf(files);
    }

    private static List<Path> below(Path folder) {
        try (Stream<Path> found = Files.walk(folder)) {
            List<Path> files = found.filter(file -> !Files.isDirectory(file))
                    .filter(file -> !hidden(folder.relativize(file)))
                    .filter(file -> FileKind.known(name(file)))
                    .limit(MOST_FILES + 1)
                    .map(file -> PlainFile.requireInside(folder, file))
                    .sorted()
                    .toList();
            if (files.size() > MOST_FILES) {
                throw new LancetException("corpus: " + folder + " has more than " + MOST_FILES
                        + " files; join them, for example as JSON lines");
            }
            if (files.isEmpty()) {
                throw new LancetException(
                        "corpus: " + folder + " has no files " + FileKind.NAMES + "; name the" + " files instead");
            }
            return files;
        } catch (IOException e) {
            throw IoErrors.reading(folder, e);
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

    /** The plain text file, if the corpus consists of exactly one. */
    public Optional<Path> onlyText() {
        return files.size() == 1 && FileKind.of(FileKind.unpacked(name(files.get(0)))) == FileKind.TEXT
                ? Optional.of(files.get(0))
                : Optional.empty();
    }

    /**
     * Passes every document to {@code taker}.
     *
     * @throws LancetException if a file is damaged, is not UTF-8, or does not have the field; the message names the
     * place
     */
    public void each(String what, Progress progress, Consumer<Document> taker) {
        each(files, what, progress, (file, name, in) -> reading.read(name, in, file.toString(), taker));
    }

    /** Reads one unpacked file. */
    @FunctionalInterface
    interface FileTaker {
        void take(Path file, String name, InputStream in) throws IOException;
    }

    /** Opens each file in turn, unpacked, and reports progress. */
    static void each(List<Path> files, String what, Progress progress, FileTaker taker) {
        long all = 0;
        for (Path file : files) {
            all += size(file);
        }
        try (Progress.Task task = progress.begin(what, Math.max(1, all))) {
            long before = 0;
            for (Path file : files) {
                long done = before;
                open(file, read -> task.advance(done + read, name(file)), (name, in) -> {
                    taker.take(file, name, in);
                    return name;
                });
                before += size(file);
            }
        }
    }

    /**
     * The content of a plain text file, including leading and trailing white space.
     *
     * @throws LancetException if the file cannot be read or is not UTF-8
     */
    public static String plain(Path file) {
        return open(file, read -> {}, (name, in) -> Utf8Text.whole(in, file.toString()));
    }

    /** Reads an unpacked stream as a file of this name. */
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
        } catch (CharacterCodingException e) {
            throw Utf8Text.wrong(file.toString());
        } catch (IOException e) {
            throw new LancetException(
                    "corpus: " + file + " cannot be read: " + e.getMessage()
                            + "; check that it is complete and that its ending fits its format",
                    e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw IoErrors.reading(file, e);
        }
    }
}
