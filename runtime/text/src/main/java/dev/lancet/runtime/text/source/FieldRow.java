package dev.lancet.runtime.text.source;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * One row of a file: values with names.
 *
 * @param where the file and the row in it, for messages
 * @param fields the values by the names of their fields, in the order of the file
 */
public record FieldRow(String where, Map<String, JsonNode> fields) {

    public FieldRow {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** The names of the fields that have a text, a number, or true or false, in the order of the file. */
    public Set<String> names() {
        return fields.keySet().stream()
                .filter(name -> text(name).isPresent())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The text of a field as it is written; empty if the row does not have it, or if it is null, an array or an object. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(fields.get(name))
                .filter(value -> value.isValueNode() && !value.isNull())
                .map(JsonNode::asString);
    }
}
