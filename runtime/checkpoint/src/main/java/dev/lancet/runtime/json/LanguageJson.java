package dev.lancet.runtime.json;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.PlainFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes and reads the values of the language as JSON: {@code Transformer}, {@code Compression}, {@code Plan}, {@code
 * Recipe} and their parts; for reports also records, lists and maps of texts and numbers. Reading gives an equal value.
 * An unknown, a repeated or a missing key is an error. An empty {@code Optional} is left out.
 *
 * <p>Keys are the names of the record's components. If a value can be of several kinds, the key {@code kind} names its
 * kind, for example {@code {"kind": "int4", "group": 32}}. Enum constants are in lower case.
 */
public final class LanguageJson {

    private static final int LARGEST = 64 << 20;
    private static final JsonMapper MAPPER = LanguageMapper.create();

    private LanguageJson() {}

    /**
     * Writes a value on one line.
     *
     * @throws LancetException if the value has a selector with a predicate, because code has no JSON form
     */
    public static String compact(Object value) {
        return write(MAPPER, value);
    }

    /**
     * Writes a value on several indented lines.
     *
     * @throws LancetException if the value has a selector with a predicate, because code has no JSON form
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
     * Reads a value from a text.
     *
     * @throws LancetException if the text is not JSON or does not describe such a value; the message names the place
     * and the reason
     */
    public static <T> T read(String json, Class<T> type) {
        return read("json", json, type);
    }

    /**
     * Reads a value from a file.
     *
     * @throws LancetException if the file cannot be read, is not JSON or does not describe such a value
     */
    public static <T> T read(Path file, Class<T> type) {
        try {
            return read(file.toString(), new String(PlainFile.read(file, LARGEST), StandardCharsets.UTF_8), type);
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
