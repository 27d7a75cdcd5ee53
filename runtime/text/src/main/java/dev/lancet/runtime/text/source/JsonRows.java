package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
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
                            .maxStringLength(FieldRows.LONGEST)
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .build();

    private final String file;

    JsonRows(String file) {
        this.file = file;
    }

    void lines(BufferedReader reader, Consumer<FieldRow> taker) throws IOException {
        BoundedLines lines = new BoundedLines(reader, file);
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (!line.isBlank()) {
                String where = lines.where();
                try {
                    taker.accept(row(where, JSON.readTree(line)));
                } catch (JacksonException e) {
                    throw new LancetException(
                            "rows: " + where + " is not JSON (" + first(e) + "); each line must be an object", e);
                }
            }
        }
    }

    void arrayOrLines(BufferedReader reader, Consumer<FieldRow> taker) throws IOException {
        reader.mark(1 << 12);
        int letter = reader.read();
        while (Character.isWhitespace(letter)) {
            letter = reader.read();
        }
        reader.reset();
        if (letter == '[') {
            array(reader, taker);
        } else {
            lines(reader, taker);
        }
    }

    private void array(BufferedReader reader, Consumer<FieldRow> taker) throws IOException {
        try (JsonParser parser = JSON.createParser(reader)) {
            parser.nextToken();
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                String where = file + ", line " + parser.currentTokenLocation().getLineNr();
                JsonNode node = parser.readValueAsTree();
                taker.accept(row(where, node));
            }
        } catch (JacksonException e) {
            if (e.getCause() instanceof CharacterCodingException wrong) {
                throw wrong;
            }
            String line =
                    e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
            throw new LancetException(
                    "rows: " + file + line + " is not JSON (" + first(e) + "); the file must be an array of objects",
                    e);
        }
    }

    private static FieldRow row(String where, JsonNode node) {
        if (!node.isObject()) {
            throw new LancetException("rows: " + where + " is not a JSON object; each row must be one");
        }
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        node.properties().forEach(entry -> fields.put(entry.getKey(), entry.getValue()));
        return new FieldRow(where, fields);
    }

    private static String first(JacksonException e) {
        return e.getOriginalMessage().lines().findFirst().orElse("no reason given");
    }
}
