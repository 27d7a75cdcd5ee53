package dev.lancet.runtime.text.instruction;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.source.FieldRow;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The fields of a row as texts: strings as they are, numbers and true or false as they are written. */
final class RowFields {

    private RowFields() {}

    /** The text of a field, or empty if the row does not have it or it is null. */
    static Optional<String> find(FieldRow row, String name) {
        JsonNode value = row.fields().get(name);
        if (value != null && value.isContainer()) {
            throw new LancetException(
                    "examples: " + row.where() + ": field '" + name + "' is not a text; correct this row");
        }
        return row.text(name);
    }

    static String required(FieldRow row, String name) {
        return find(row, name)
                .orElseThrow(() -> new LancetException("examples: " + row.where() + " has no field '" + name
                        + "', only " + row.fields().keySet() + "; correct the name or this row"));
    }
}
