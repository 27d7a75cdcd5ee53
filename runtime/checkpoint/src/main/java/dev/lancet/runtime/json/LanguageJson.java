package dev.lancet.runtime.json;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The values of the language as JSON: {@code Transformer}, {@code Compression}, {@code Plan}, {@code Recipe} and their parts;
 * also records, lists and maps of texts and numbers, for reports. Reading back gives an equal value. A key that nobody knows, or that is there twice or
 * missing, is an error; an empty {@code Optional} is simply left out.
 *
 * <p>Keys are the names of the record's components; where one of several kinds is meant, {@code kind} says which, for example
 * {@code {"kind": "int4", "group": 32}}. Enum constants are in lower case.
 */
public final class LanguageJson {

    private static final JsonMapper MAPPER = LanguageMapper.create();

    private LanguageJson() {}

    /**
     * A value on one line.
     *
     * @throws LancetException if the value holds a selector with a predicate, which is code and has no JSON
     */
    public static String compact(Object value) {
        return write(MAPPER, value);
    }

    /**
     * A value over several lines, for people.
     *
     * @throws LancetException if the value holds a selector with a predicate, which is code and has no JSON
     */
    public static String pretty(Object value) {
        return write(LanguageMapper.pretty(MAPPER), value);
    }

    private static String write(JsonMapper mapper, Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JacksonException wrong) {
            if (wrong.getCause() instanceof LancetException ours) {
                throw ours;
            }
            throw wrong;
        }
    }

    /**
     * The value that a text describes.
     *
     * @throws LancetException if the text is no JSON or does not describe such a value; the message says where and why
     */
    public static <T> T read(String json, Class<T> type) {
        return read("json", json, type);
    }

    /**
     * The value that a file describes.
     *
     * @throws LancetException if the file cannot be read, is no JSON or does not describe such a value
     */
    public static <T> T read(Path file, Class<T> type) {
        try {
            return read(file.toString(), new String(Files.readAllBytes(file), StandardCharsets.UTF_8), type);
        } catch (NoSuchFileException missing) {
            throw new LancetException(file + ": there is no such file; check the path", missing);
        } catch (IOException wrong) {
            throw new LancetException(
                    file + ": cannot be read: " + wrong.getMessage() + "; check that it is a readable file", wrong);
        }
    }

    private static <T> T read(String source, String json, Class<T> type) {
        try {
            T value = MAPPER.readValue(json, type);
            if (value == null) {
                throw new LancetException(source + ": holds null, not a " + type.getSimpleName());
            }
            return value;
        } catch (JacksonException wrong) {
            throw new LancetException(source + ": " + new JsonErrorMessage(json).of(wrong), wrong);
        }
    }
}
