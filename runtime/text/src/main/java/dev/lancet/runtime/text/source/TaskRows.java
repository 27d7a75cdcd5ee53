package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads rows with named values:
 *
 * <ul>
 *   <li>{@code .csv}, {@code .tsv}: the first row names the fields;
 *   <li>{@code .jsonl}: each line is a JSON object;
 *   <li>{@code .json}: an array of objects, or lines as in {@code .jsonl};
 *   <li>{@code .txt}: each line is {@code sentence@label}, as in the Financial PhraseBank.
 * </ul>
 *
 * <p>Numbers, true and false in JSON become text; null, arrays and objects inside a row are left out. A file has at most 1
 * GiB, a line or a row at most 1,048,576 characters.
 */
public final class TaskRows {

    /** The most characters of a line, or of a row. */
    static final int LONGEST = 1 << 20;

    private static final long LARGEST = 1L << 30;

    private TaskRows() {}

    /**
     * All rows of a file, in order.
     *
     * @throws LancetException if the file is missing, too large, empty, or damaged; the message names the line or the row
     */
    public static List<TaskRow> read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new LancetException("data: " + file + (Files.isDirectory(file) ? " is a folder" : " does not exist")
                    + "; name a file " + "with rows: .csv, .tsv, .json, .jsonl or .txt");
        }
        try {
            if (Files.size(file) > LARGEST) {
                throw new LancetException("data: " + file + " has more than " + (LARGEST >> 20) + " MiB; split it");
            }
            List<TaskRow> rows = new ArrayList<>();
            try (InputStream in = Files.newInputStream(file)) {
                read(file, in, rows);
            }
            if (rows.isEmpty()) {
                throw new LancetException("data: " + file + " has no rows; check the path");
            }
            return rows;
        } catch (CharacterCodingException e) {
            throw new LancetException(
                    "data: " + file + " is not UTF-8; convert it, for example with iconv -t UTF-8", e);
        } catch (IOException e) {
            throw IoErrors.reading(file, e);
        }
    }

    private static void read(Path file, InputStream in, List<TaskRow> rows) throws IOException {
        String name = file.toString().toLowerCase(Locale.ROOT);
        BufferedReader reader = Utf8Text.reader(in);
        if (name.endsWith(".csv")) {
            separated(file, reader, ',', rows);
        } else if (name.endsWith(".tsv")) {
            separated(file, reader, '\t', rows);
        } else if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            new JsonRows(file).lines(reader, rows);
        } else if (name.endsWith(".json")) {
            new JsonRows(file).arrayOrLines(reader, rows);
        } else if (name.endsWith(".txt")) {
            labelled(file, reader, rows);
        } else {
            throw new LancetException(
                    "data: " + file + " has no known ending; name a .csv, .tsv, .json, .jsonl or .txt");
        }
    }

    private static void labelled(Path file, BufferedReader reader, List<TaskRow> rows) throws IOException {
        BoundedLines lines = new BoundedLines(reader, file);
        for (String line = lines.next(); line != null; line = lines.next()) {
            int at = line.lastIndexOf('@');
            if (at < 0 && !line.isBlank()) {
                throw new LancetException(
                        "data: " + lines.where() + " has no @ before its label; write sentence@label");
            }
            if (at >= 0) {
                rows.add(new TaskRow(
                        lines.where(),
                        Map.of("sentence", line.substring(0, at).strip(), "label", line.substring(at + 1))));
            }
        }
    }

    private static void separated(Path file, BufferedReader reader, char separator, List<TaskRow> rows)
            throws IOException {
        long row = 0;
        BoundedRecords records = new BoundedRecords(reader, file);
        try (CSVParser parser = parser(file, records, separator)) {
            List<String> names = parser.getHeaderNames();
            for (CSVRecord record : parser) {
                row = record.getRecordNumber();
                records.ended(row);
                rows.add(new TaskRow(file + ", row " + row, values(file, record, names)));
            }
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof CharacterCodingException wrong) {
                throw wrong;
            }
            throw new LancetException(
                    "data: " + file + ", after row " + row + ", is not CSV: " + e.getMessage() + "; correct this row",
                    e);
        }
    }

    private static Map<String, String> values(Path file, CSVRecord record, List<String> names) {
        if (record.size() != names.size()) {
            throw new LancetException("data: " + file + ", row " + record.getRecordNumber() + " has " + record.size()
                    + " values for the " + names.size() + " columns " + names + "; correct this row");
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            values.put(names.get(i), record.get(i));
        }
        return values;
    }

    private static CSVParser parser(Path file, Reader reader, char separator) throws IOException {
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
                    "data: " + file + " has a first row that names no columns: " + e.getMessage()
                            + "; give each column its own name",
                    e);
        }
    }
}
