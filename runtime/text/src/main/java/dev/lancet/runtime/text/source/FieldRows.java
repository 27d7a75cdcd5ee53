package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVRecord;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * Reads files of rows with named values, one row at a time:
 *
 * <ul>
 *   <li>{@code .csv}, {@code .tsv}: the first row names the fields;
 *   <li>{@code .jsonl}: each line is a JSON object;
 *   <li>{@code .json}: an array of objects, or lines as in {@code .jsonl};
 *   <li>{@code .txt}: each line is {@code sentence@label}, as in the Financial PhraseBank;
 *   <li>each of them may be packed as {@code .gz}.
 * </ul>
 *
 * <p>From a folder it reads all files that {@link Documents} would read, which leaves {@code .json} out. A line or a row has
 * at most 1,048,576 characters.
 */
public final class FieldRows {

    /** The most characters of a line, or of a row. */
    static final int LONGEST = 1 << 20;

    private static final String KINDS = ".csv, .tsv, .json, .jsonl or .txt";

    private final List<Path> files;

    private FieldRows(List<Path> files) {
        this.files = files;
    }

    /**
     * Finds the files without reading them.
     *
     * @throws LancetException if a path does not exist, or if a folder has no file of a known kind
     */
    public static FieldRows of(List<Path> paths) {
        return new FieldRows(Documents.files(paths));
    }

    /**
     * Passes every row to {@code taker}.
     *
     * @throws LancetException if a file is damaged, is not UTF-8, or is of another kind; the message names the place
     */
    public void each(String what, Progress progress, Consumer<FieldRow> taker) {
        Documents.each(files, what, progress, (file, name, in) -> read(name, in, file.toString(), taker));
    }

    private static void read(String name, InputStream in, String where, Consumer<FieldRow> taker) throws IOException {
        BufferedReader reader = Utf8Text.reader(in);
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".json")) {
            new JsonRows(where).arrayOrLines(reader, taker);
            return;
        }
        switch (FileKind.of(name)) {
            case JSON_LINES -> new JsonRows(where).lines(reader, taker);
            case COMMAS -> separated(reader, where, ',', taker);
            case TABS -> separated(reader, where, '\t', taker);
            case TEXT, ARCHIVE -> {
                if (!lower.endsWith(".txt")) {
                    throw new LancetException("rows: " + where + " has no known ending; name a " + KINDS + " file");
                }
                labelled(reader, where, taker);
            }
        }
    }

    private static void labelled(BufferedReader reader, String where, Consumer<FieldRow> taker) throws IOException {
        BoundedLines lines = new BoundedLines(reader, where);
        for (String line = lines.next(); line != null; line = lines.next()) {
            int at = line.lastIndexOf('@');
            if (at < 0 && !line.isBlank()) {
                throw new LancetException("rows: " + lines.where() + " has no @ before its label; write sentence@label,"
                        + " or name a .csv, .tsv, .json or .jsonl file");
            }
            if (at >= 0) {
                Map<String, JsonNode> fields = new LinkedHashMap<>();
                fields.put("sentence", StringNode.valueOf(line.substring(0, at).strip()));
                fields.put("label", StringNode.valueOf(line.substring(at + 1)));
                taker.accept(new FieldRow(lines.where(), fields));
            }
        }
    }

    private static void separated(BufferedReader reader, String where, char separator, Consumer<FieldRow> taker)
            throws IOException {
        BoundedRecords records = new BoundedRecords(reader, where);
        new Rows("rows", where, separator)
                .each(records, names -> requireDistinct(where, names), (here, names, record) -> {
                    records.ended(record.getRecordNumber());
                    taker.accept(row(here, names, record));
                });
    }

    private static void requireDistinct(String where, List<String> names) {
        for (String name : names) {
            if (Collections.frequency(names, name) > 1) {
                throw new LancetException(
                        "rows: " + where + " has several columns '" + name + "'; give each column its own name");
            }
        }
    }

    private static FieldRow row(String here, List<String> names, CSVRecord record) {
        if (record.size() != names.size()) {
            throw new LancetException("rows: " + here + " has " + record.size() + " values for the " + names.size()
                    + " columns " + names + "; correct this row");
        }
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            fields.put(names.get(i), StringNode.valueOf(record.get(i)));
        }
        return new FieldRow(here, fields);
    }
}
