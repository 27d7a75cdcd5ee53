package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads text lines, each of which is a JSON object. */
final class JsonLines {

    private final String field;
    private final String where;

    JsonLines(String field, String where) {
        this.field = field;
        this.where = where;
    }

    void read(InputStream in, Consumer<Document> taker) throws IOException {
        int number = 0;
        try {
            // Do not close the stream: it may be an entry of an archive that has more entries.
            BufferedReader lines = Utf8Text.reader(in);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    String here = where + ", line " + number;
                    DocumentReader.give(here, text(line, here), taker);
                }
            }
        } catch (CharacterCodingException e) {
            throw Utf8Text.wrong(where + ", after line " + number + ",");
        }
    }

    private String text(String line, String here) {
        JsonNode node;
        try {
            node = JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            throw new LancetException("corpus: " + here + " is not JSON; each line must be an object with a text", e);
        }
        if (!node.isObject()) {
            throw new LancetException(
                    "corpus: " + here + " is not a JSON object; each line must be an object" + " with a text");
        }
        if (!node.path(field).isString()) {
            throw new LancetException("corpus: " + here + " has no string '" + field + "', only " + node.propertyNames()
                    + "; choose one of them with field");
        }
        return node.path(field).stringValue();
    }
}
