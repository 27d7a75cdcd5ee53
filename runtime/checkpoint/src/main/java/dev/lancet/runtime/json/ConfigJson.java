package dev.lancet.runtime.json;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON object in a file of another program. It checks each key that is read, and ignores all others.
 *
 * @param file the file
 * @param inside the path of the object in the file, for messages: empty for the root, otherwise for example {@code
 *     rope_scaling.}
 * @param node the content
 */
public record ConfigJson(Path file, String inside, ObjectNode node) {

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    /** The index of the largest published model has 10 MB. */
    private static final int LARGEST = 64 << 20;

    public static ConfigJson read(Path file) {
        if (tree(file) instanceof ObjectNode object) {
            return new ConfigJson(file, "", object);
        }
        throw new LancetException(file + ": does not hold a JSON object; get the file again");
    }

    private static JsonNode tree(Path file) {
        try {
            return JSON.readTree(PlainFile.read(file, LARGEST));
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        } catch (JacksonException wrong) {
            throw new LancetException(
                    file + ": is not JSON" + where(wrong.getLocation()) + " ("
                            + wrong.getOriginalMessage().lines().findFirst().orElse("") + "); correct the file there",
                    wrong);
        }
    }

    /**
     * The objects of a file that holds a list of them.
     *
     * @throws LancetException if the file cannot be read or holds anything else
     */
    public static List<ConfigJson> list(Path file) {
        if (!(tree(file) instanceof ArrayNode list)) {
            throw new LancetException(file + ": does not hold a JSON list; get the file again");
        }
        List<ConfigJson> objects = new ArrayList<>();
        for (JsonNode element : list) {
            if (!(element instanceof ObjectNode object)) {
                throw new LancetException(
                        file + ": holds " + element + " in its list, not an object; get the file again");
            }
            objects.add(new ConfigJson(file, "", object));
        }
        return objects;
    }

    /**
     * An object that is not read but made.
     *
     * @param file its name, for messages
     */
    public static ConfigJson of(Path file, Map<String, Object> values) {
        return new ConfigJson(file, "", JSON.valueToTree(values));
    }

    /** The place of an error. It is empty if the error concerns the whole document, for example too deep nesting. */
    private static String where(@Nullable TokenStreamLocation at) {
        return at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    /** Whether the key exists, even if its value is null. */
    public boolean has(String key) {
        return node.has(key);
    }

    /** The value of a key, or empty if the key is missing or null. */
    public Optional<JsonNode> find(String key) {
        return Optional.ofNullable(node.get(key)).filter(value -> !value.isNull());
    }

    public Optional<ConfigJson> object(String key) {
        return find(key).map(value -> {
            if (value instanceof ObjectNode object) {
                return new ConfigJson(file, inside + key + ".", object);
            }
            throw wrong(key, value, "an object");
        });
    }

    public Optional<Integer> integer(String key) {
        return find(key).map(value -> {
            if (!value.isIntegralNumber() || !value.canConvertToInt()) {
                throw wrong(key, value, "a whole number");
            }
            return value.intValue();
        });
    }

    public Optional<Double> number(String key) {
        return find(key).map(value -> {
            if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
                throw wrong(key, value, "a finite number");
            }
            return value.doubleValue();
        });
    }

    public Optional<Boolean> flag(String key) {
        return find(key).map(value -> {
            if (!value.isBoolean()) {
                throw wrong(key, value, "true or false");
            }
            return value.booleanValue();
        });
    }

    public Optional<String> text(String key) {
        return find(key).map(value -> {
            if (!value.isString()) {
                throw wrong(key, value, "a text");
            }
            return value.stringValue();
        });
    }

    public int requiredInteger(String key) {
        return integer(key).orElseThrow(() -> missing(key));
    }

    public double requiredNumber(String key) {
        return number(key).orElseThrow(() -> missing(key));
    }

    public String requiredText(String key) {
        return text(key).orElseThrow(() -> missing(key));
    }

    public LancetException missing(String key) {
        return new LancetException(file + ": key '" + inside + key + "' is missing; add it");
    }

    private LancetException wrong(String key, JsonNode value, String wanted) {
        return new LancetException(
                file + ": key '" + inside + key + "' is " + value + ", not " + wanted + "; correct it");
    }

    /** The error for a value that Lancet does not support. */
    public LancetException unsupported(String key, Object value, String supported) {
        return new LancetException(file + ": key '" + inside + key + "' is " + value
                + ", which is not supported; supported is " + supported);
    }
}
