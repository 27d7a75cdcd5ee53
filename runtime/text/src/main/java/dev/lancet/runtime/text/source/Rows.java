package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Reads rows of CSV (RFC 4180) or of tab-separated values. The first row names the columns. */
final class Rows {

    private final String what;
    private final String where;
    private final char separator;

    /** @param what the first word of messages: what the rows are read as */
    Rows(String what, String where, char separator) {
        this.what = what;
        this.where = where;
        this.separator = separator;
    }

    /** Reads the documents in one column. */
    void read(InputStream in, String field, Consumer<Document> taker) throws IOException {
        each(Utf8Text.reader(in), columns -> requireColumn(field, columns), (here, columns, record) -> {
            if (!record.isSet(field)) {
                throw new LancetException("corpus: " + here + " has " + record.size()
                        + " values, too few for the column '" + field + "'; correct this row");
            }
            DocumentReader.give(here, record.get(field), taker);
        });
    }

    private void requireColumn(String field, List<String> columns) {
        if (!columns.contains(field)) {
            throw new LancetException("corpus: " + where + " has no column '" + field + "', only " + columns
                    + "; choose one of them with field");
        }
        if (Collections.frequency(columns, field) > 1) {
            throw new LancetException(
                    "corpus: " + where + " has several columns '" + field + "'; give each column its own name");
        }
    }

    /** Receives one row, with its place and the names of the columns. */
    @FunctionalInterface
    interface RowTaker {
        void take(String here, List<String> columns, CSVRecord row);
    }

    /** Passes the names of the columns to {@code header}, and then each row to {@code taker}. */
    void each(Reader reader, Consumer<List<String>> header, RowTaker taker) throws IOException {
        long row = 0;
        try {
            // Do not close the stream: it may be an entry of an archive that has more entries.
            CSVParser parser = parser(reader);
            List<String> columns = parser.getHeaderNames();
            header.accept(columns);
            for (CSVRecord record : parser) {
                row = record.getRecordNumber();
                taker.take(where + ", row " + row, columns, record);
            }
        } catch (CharacterCodingException e) {
            throw Utf8Text.wrong(after(row));
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof CharacterCodingException) {
                throw Utf8Text.wrong(after(row));
            }
            throw new LancetException(
                    what + ": " + where + ", after row " + row + ", is not CSV: " + e.getMessage() + "; correct"
                            + " this row",
                    e);
        }
    }

    private String after(long row) {
        return row == 0 ? where : where + ", after row " + row + ",";
    }

    private CSVParser parser(Reader reader) throws IOException {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setDelimiter(separator)
                .setHeader()
                .setSkipHeaderRecord(true)
                .setIgnoreEmptyLines(true)
                .get();
        try {
            return CSVParser.builder().setReader(reader).setFormat(format).get();
        } catch (IllegalArgumentException e) {
            throw new LancetException(
                    what + ": " + where + " has a first row that names no columns: " + e.getMessage()
                            + "; give each column its own name",
                    e);
        }
    }
}
