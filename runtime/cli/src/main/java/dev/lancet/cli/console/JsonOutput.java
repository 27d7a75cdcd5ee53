package dev.lancet.cli.console;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Documents as text: indented where they have a structure, else one line, so that the lines of many runs make a file. */
final class JsonOutput {

    private static final JsonMapper MAPPER = JsonMapper.shared();

    private JsonOutput() {}

    static String text(Map<String, @Nullable Object> document) {
        JsonNode tree = MAPPER.valueToTree(document);
        return (isFlat(tree) ? MAPPER.writer() : MAPPER.writerWithDefaultPrettyPrinter()).writeValueAsString(tree)
                + "\n";
    }

    /** Whether there is nothing in it but values and lists of them. */
    private static boolean isFlat(JsonNode document) {
        return document.valueStream()
                .noneMatch(part -> part.isObject() || part.valueStream().anyMatch(JsonNode::isContainer));
    }
}
