package dev.lancet.runtime.json;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** Finds the keys of one object in a JSON text, with their places. */
final class Keys {

    private static final JsonFactory JSON = new JsonFactory();

    private Keys() {}

    /** A key and its place. */
    record Key(String name, TokenStreamLocation location) {}

    /** The keys of the object at the end of a path. */
    static List<Key> of(String json, List<JacksonException.Reference> path) {
        JsonPointer wanted = JsonPointer.empty();
        for (JacksonException.Reference step : path) {
            wanted = step.getPropertyName() == null
                    ? wanted.appendIndex(step.getIndex())
                    : wanted.appendProperty(step.getPropertyName());
        }
        List<Key> keys = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.PROPERTY_NAME
                        && parser.streamReadContext().getParent() != null
                        && parser.streamReadContext().pathAsPointer().head().equals(wanted)) {
                    keys.add(new Key(parser.currentName(), parser.currentTokenLocation()));
                }
            }
        } catch (JacksonException broken) {
            // The error concerns a place before this one, so the keys found so far are enough.
            return keys;
        }
        return keys;
    }
}
