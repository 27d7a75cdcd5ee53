package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
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
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

/**
 * Reads files of rows with named fields, one row at a time: {@code .jsonl} with an object in each line, {@code .json} with an
 * array of objects, {@code .csv} and {@code .tsv} with names in the first row. Each may be packed as {@code .gz}. From a folder
 * it reads all files that {@link Documents} would read, which leaves {@code .json} out.
 */
public final class FieldRows {

    /** An element of an array is followed by others. */
    private static final JsonMapper ELEMENTS = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

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
        if (name.toLowerCase(Locale.ROOT).endsWith(".json")) {
            array(in, where, taker);
            return;
        }
        switch (FileKind.of(name)) {
            case JSON_LINES -> JsonLines.objects(in, where, (here, object) -> taker.accept(row(here, object)));
            case COMMAS ->
                new Rows(where, ',')
                        .each(in, names -> requireDistinct(where, names), (here, row) -> taker.accept(row(here, row)));
            case TABS ->
                new Rows(where, '\t')
                        .each(in, names -> requireDistinct(where, names), (here, row) -> taker.accept(row(here, row)));
            case TEXT, ARCHIVE ->
                throw new LancetException(
                        "examples: " + where + " has no rows with fields; name a .jsonl, .json, .csv or .tsv file");
        }
    }

    private static void requireDistinct(String where, List<String> names) {
        for (String name : names) {
            if (Collections.frequency(names, name) > 1) {
                throw new LancetException(
                        "examples: " + where + " has several columns '" + name + "'; give each column its own name");
            }
        }
    }

    private static void array(InputStream in, String where, Consumer<FieldRow> taker) throws IOException {
        // The reader refuses what is not UTF-8; the stream belongs to the caller.
        try (JsonParser parser = ELEMENTS.createParser(Utf8Text.reader(in))) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new LancetException("examples: " + where + " does not begin with [; a .json file holds an array"
                        + " of objects, and a file with one object in each line is named .jsonl");
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                String here = where + ", line " + parser.currentTokenLocation().getLineNr();
                JsonNode object = ELEMENTS.readTree(parser);
                if (object == null || !object.isObject()) {
                    throw new LancetException("examples: " + here + " is not a JSON object; each element of the array"
                            + " must be an object with fields");
                }
                taker.accept(row(here, object));
            }
        } catch (JacksonException e) {
            throw new LancetException(
                    "examples: " + where + ", after line " + e.getLocation().getLineNr()
                            + ", is not JSON; correct it there",
                    e);
        }
    }

    private static FieldRow row(String where, JsonNode object) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        object.properties().forEach(entry -> fields.put(entry.getKey(), entry.getValue()));
        return new FieldRow(where, fields);
    }

    private static FieldRow row(String where, CSVRecord row) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        row.toMap().forEach((name, value) -> fields.put(name, StringNode.valueOf(value)));
        return new FieldRow(where, fields);
    }
}
