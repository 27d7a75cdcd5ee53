package dev.lancet.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Documents as text: indented where they have a structure, else one line, so that the lines of many runs make a file. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.shared();

    private Json() {}

    static String text(Map<String, @Nullable Object> document) {
        JsonNode tree = MAPPER.valueToTree(document);
        boolean flat = tree.valueStream().noneMatch(JsonNode::isContainer);
        return (flat ? MAPPER.writer() : MAPPER.writerWithDefaultPrettyPrinter()).writeValueAsString(tree) + "\n";
    }
}
