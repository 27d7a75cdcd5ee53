package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import java.io.BufferedReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a file one by one, and fails at one that is too long, before it is in memory. */
final class BoundedLines {

    private final BufferedReader reader;
    private final String file;
    private int number;

    BoundedLines(BufferedReader reader, String file) {
        this.reader = reader;
        this.file = file;
    }

    /** The next line without its end, or null after the last. */
    @Nullable
    String next() throws IOException {
        StringBuilder line = new StringBuilder();
        number++;
        for (int letter = reader.read(); letter != '\n'; letter = reader.read()) {
            if (letter < 0) {
                return line.isEmpty() ? null : line.toString();
            }
            if (line.length() == FieldRows.LONGEST) {
                throw new LancetException("rows: " + where() + " has more than " + FieldRows.LONGEST
                        + " characters; check the format, or split the line");
            }
            line.append((char) letter);
        }
        int end = line.length() - 1;
        if (end >= 0 && line.charAt(end) == '\r') {
            line.setLength(end);
        }
        return line.toString();
    }

    /** The place of the last line, for messages. */
    String where() {
        return file + ", line " + number;
    }
}
