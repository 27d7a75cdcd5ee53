package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.Collections;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Reads rows of CSV (RFC 4180) or of tab-separated values. The first row names the columns. */
final class Rows {

    private final String field;
    private final String where;
    private final char separator;

    Rows(String field, String where, char separator) {
        this.field = field;
        this.where = where;
        this.separator = separator;
    }

    void read(InputStream in, Consumer<Document> taker) throws IOException {
        long row = 0;
        try {
            // Do not close the stream: it may be an entry of an archive that has more entries.
            CSVParser parser = parser(in);
            for (CSVRecord record : parser) {
                row = record.getRecordNumber();
                if (!record.isSet(field)) {
                    throw new LancetException("corpus: " + where + ", row " + row + " has " + record.size()
                            + " values, too few for the column '" + field + "'; correct this row");
                }
                DocumentReader.give(where + ", row " + row, record.get(field), taker);
            }
        } catch (CharacterCodingException e) {
            throw Utf8Text.wrong(where + ", after row " + row + ",");
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof CharacterCodingException) {
                throw Utf8Text.wrong(where + ", after row " + row + ",");
            }
            throw new LancetException(
                    "corpus: " + where + ", after row " + row + ", is not CSV: " + e.getMessage() + "; correct"
                            + " this row",
                    e);
        }
    }

    private CSVParser parser(InputStream in) throws IOException {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setDelimiter(separator)
                .setHeader()
                .setSkipHeaderRecord(true)
                .setIgnoreEmptyLines(true)
                .get();
        CSVParser parser;
        try {
            parser = CSVParser.builder()
                    .setReader(Utf8Text.reader(in))
                    .setFormat(format)
                    .get();
        } catch (IllegalArgumentException e) {
            throw new LancetException(
                    "corpus: " + where + " has a first row that names no columns: " + e.getMessage()
                            + "; give each column its own name",
                    e);
        }
        if (!parser.getHeaderNames().contains(field)) {
            throw new LancetException("corpus: " + where + " has no column '" + field + "', only "
                    + parser.getHeaderNames() + "; choose one of them with field");
        }
        if (Collections.frequency(parser.getHeaderNames(), field) > 1) {
            throw new LancetException(
                    "corpus: " + where + " has several columns '" + field + "'; give each column its own name");
        }
        return parser;
    }
}
