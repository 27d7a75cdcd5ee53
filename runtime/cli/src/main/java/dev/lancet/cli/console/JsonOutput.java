package dev.lancet.cli.console;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Writes JSON documents: a flat one on one line, so that a file can collect many runs; a nested one indented. */
final class JsonOutput {

    private static final JsonMapper MAPPER = JsonMapper.shared();

    private JsonOutput() {}

    static String text(Map<String, @Nullable Object> document) {
        JsonNode tree = MAPPER.valueToTree(document);
        return (isFlat(tree) ? MAPPER.writer() : MAPPER.writerWithDefaultPrettyPrinter()).writeValueAsString(tree)
                + "\n";
    }

    /** Whether the document contains only values and lists of values. */
    private static boolean isFlat(JsonNode document) {
        return document.valueStream()
                .noneMatch(part -> part.isObject() || part.valueStream().anyMatch(JsonNode::isContainer));
    }
}
