package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads rows from JSON: an object in each line, or an array of objects. */
final class JsonRows {

    private static final int DEEPEST = 32;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(TaskRows.LONGEST)
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .build();

    private final Path file;

    JsonRows(Path file) {
        this.file = file;
    }

    void lines(BufferedReader reader, List<TaskRow> rows) throws IOException {
        BoundedLines lines = new BoundedLines(reader, file);
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (!line.isBlank()) {
                String where = lines.where();
                try {
                    rows.add(row(where, JSON.readTree(line)));
                } catch (JacksonException e) {
                    throw new LancetException(
                            "data: " + where + " is not JSON (" + first(e) + "); each line must be an object", e);
                }
            }
        }
    }

    void arrayOrLines(BufferedReader reader, List<TaskRow> rows) throws IOException {
        reader.mark(1 << 12);
        int letter = reader.read();
        while (Character.isWhitespace(letter)) {
            letter = reader.read();
        }
        reader.reset();
        if (letter == '[') {
            array(reader, rows);
        } else {
            lines(reader, rows);
        }
    }

    private void array(BufferedReader reader, List<TaskRow> rows) {
        try (JsonParser parser = JSON.createParser(reader)) {
            parser.nextToken();
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                String where = file + ", line " + parser.currentTokenLocation().getLineNr();
                JsonNode node = parser.readValueAsTree();
                rows.add(row(where, node));
            }
        } catch (JacksonException e) {
            String line = e.getLocation() == null
                    ? ", after row " + rows.size()
                    : ", line " + e.getLocation().getLineNr();
            throw new LancetException(
                    "data: " + file + line + " is not JSON (" + first(e) + "); the file must be an array of objects",
                    e);
        }
    }

    private static TaskRow row(String where, JsonNode node) {
        if (!node.isObject()) {
            throw new LancetException("data: " + where + " is not a JSON object; each row must be one");
        }
        Map<String, String> values = new LinkedHashMap<>();
        node.properties().forEach(entry -> {
            if (entry.getValue().isValueNode() && !entry.getValue().isNull()) {
                values.put(entry.getKey(), entry.getValue().asString());
            }
        });
        return new TaskRow(where, values);
    }

    private static String first(JacksonException e) {
        return e.getOriginalMessage().lines().findFirst().orElse("no reason given");
    }
}
