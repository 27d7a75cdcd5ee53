package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/** Passes characters to a parser of CSV, and fails at a row that is too long, before it is in memory. */
final class BoundedRecords extends FilterReader {

    private final String file;
    private long row;
    private long read;

    BoundedRecords(Reader reader, String file) {
        super(reader);
        this.file = file;
    }

    /** Says that the parser has finished a row of this number. */
    void ended(long number) {
        row = number;
        read = 0;
    }

    private void count(int more) {
        read += Math.max(0, more);
        if (read > FieldRows.LONGEST) {
            throw new LancetException("rows: " + file + ", row " + (row + 1) + " has more than " + FieldRows.LONGEST
                    + " characters; check whether a quote is not closed");
        }
    }

    @Override
    public int read() throws IOException {
        int letter = super.read();
        count(letter < 0 ? 0 : 1);
        return letter;
    }

    @Override
    public int read(char[] into, int from, int length) throws IOException {
        int letters = super.read(into, from, length);
        count(letters);
        return letters;
    }
}
