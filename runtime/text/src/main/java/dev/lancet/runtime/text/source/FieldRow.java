package dev.lancet.runtime.text.source;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * One row of a file with examples.
 *
 * @param where the file and the row in it, for messages
 * @param fields the values by the names of their fields, in the order of the file
 */
public record FieldRow(String where, Map<String, JsonNode> fields) {

    public FieldRow {
        fields = new LinkedHashMap<>(fields);
    }
}
