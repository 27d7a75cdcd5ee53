package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads the documents of one unpacked stream according to its kind. */
final class DocumentReader {

    private final String field;

    DocumentReader(String field) {
        this.field = field;
    }

    void read(String name, InputStream in, String where, Consumer<Document> taker) throws IOException {
        switch (FileKind.of(name)) {
            case TEXT -> give(where, Utf8Text.whole(in, where), taker);
            case JSON_LINES -> new JsonLines(field, where).read(in, taker);
            case COMMAS -> new Rows("corpus", where, ',').read(in, field, taker);
            case TABS -> new Rows("corpus", where, '\t').read(in, field, taker);
            case ARCHIVE -> archive(in, where, taker);
        }
    }

    static void give(String where, String text, Consumer<Document> taker) {
        String stripped = text.strip();
        if (!stripped.isEmpty()) {
            taker.accept(new Document(where, stripped));
        }
    }

    /** Reads an archive. Skips archives and packed files inside it, because a decompression bomb could hide there. */
    private void archive(InputStream in, String where, Consumer<Document> taker) throws IOException {
        TarArchiveInputStream tar = new TarArchiveInputStream(in);
        int taken = 0;
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            String name = entry.getName();
            boolean text = FileKind.known(name)
                    && FileKind.unpacked(name).equals(name)
                    && FileKind.of(name) != FileKind.ARCHIVE;
            if (entry.isFile() && text && !last(name).startsWith(".")) {
                read(name, tar, where + ", " + name, taker);
                taken++;
            }
        }
        if (taken == 0) {
            throw new LancetException("corpus: " + where + " is not a tar archive, or has no .txt, .jsonl, .csv"
                    + " or .tsv;"
                    + " unpack it and name its text files");
        }
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }
}
