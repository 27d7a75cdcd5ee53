package dev.lancet.runtime.text.source;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A row of a file: values with names.
 *
 * @param where the file and the line or row in it, for messages
 * @param fields the value of each field, in the order of the file
 */
public record TaskRow(String where, Map<String, String> fields) {

    public TaskRow {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }
}
