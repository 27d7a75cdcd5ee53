package dev.lancet.runtime.text.tokenizer;

import dev.lancet.dsl.LancetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The facts in a {@code tokenizer.json} that the native library does not expose: how many ids there are, and which ids
 * begin and end a text.
 *
 * @param size one more than the largest id
 * @param begin the id that begins a text, or empty
 * @param end the id that ends a text, or empty
 */
public record HuggingFaceVocabulary(int size, OptionalInt begin, OptionalInt end) {

    /**
     * Keys that stand twice are refused, since the native library could take another one than the checks saw. A token of
     * JSON becomes about a hundred bytes in memory; published files have up to two million.
     */
    private static final JsonMapper BOUNDED = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxTokenCount(6_000_000)
                            .maxStringLength(4 << 20)
                            .maxNameLength(10_000)
                            .build())
                    .build())
            .build();

    private static final int LARGEST_ID = 1 << 26;
    private static final long LARGEST_CONFIG = 64L << 20;
    private static final List<String> BEGINS = List.of("<s>", "<|begin_of_text|>", "<bos>", "<|startoftext|>");
    private static final List<String> ENDS = List.of("</s>", "<|end_of_text|>", "<eos>", "<|endoftext|>");

    /** Reads the file, and {@code tokenizer_config.json} beside it if it exists. */
    static HuggingFaceVocabulary of(JsonNode root, Path file) {
        JsonNode model = root.path("model");
        if (!model.isObject()
                || !(model.path("vocab").isObject() || model.path("vocab").isArray())) {
            throw new LancetException("tokenizer: " + file
                    + " has no model.vocab; name a Hugging Face tokenizer.json, not another file of the model");
        }
        Map<String, Integer> ids = new HashMap<>();
        if (model.path("vocab").isArray()) {
            int id = 0;
            for (JsonNode entry : model.path("vocab")) {
                ids.putIfAbsent(entry.path(0).asString(""), id++);
            }
        } else {
            model.path("vocab").properties().forEach(entry -> ids.put(entry.getKey(), id(entry.getValue(), file)));
        }
        for (JsonNode added : root.path("added_tokens")) {
            ids.put(added.path("content").asString(""), id(added.path("id"), file));
        }
        int size = 1 + ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
        if (size == 0) {
            throw new LancetException("tokenizer: " + file + " has an empty vocabulary; get the complete file");
        }
        Path config = file.resolveSibling("tokenizer_config.json");
        JsonNode said = Files.isRegularFile(config)
                ? tree(
                        new String(
                                BoundedFileReader.read(config, LARGEST_CONFIG, "tokenizer"),
                                java.nio.charset.StandardCharsets.UTF_8),
                        config)
                : root.path("nothing");
        return new HuggingFaceVocabulary(
                size, special(said.path("bos_token"), BEGINS, ids), special(said.path("eos_token"), ENDS, ids));
    }

    /**
     * The content of a {@code tokenizer.json}.
     *
     * @throws LancetException if it is damaged or too large
     */
    public static JsonNode json(Path file) {
        return tree(
                new String(
                        BoundedFileReader.read(file, LARGEST_CONFIG, "tokenizer"),
                        java.nio.charset.StandardCharsets.UTF_8),
                file);
    }

    static JsonNode tree(String json, Path file) {
        try {
            return BOUNDED.readTree(json);
        } catch (JacksonException e) {
            throw new LancetException(
                    "tokenizer: " + file + " is not JSON: " + oneLine(e.getOriginalMessage())
                            + "; check that it is complete and a tokenizer.json",
                    e);
        }
    }

    private static int id(JsonNode node, Path file) {
        if (!node.isInt() || node.intValue() < 0 || node.intValue() > LARGEST_ID) {
            throw new LancetException("tokenizer: " + file + " has the id " + oneLine(node.toString())
                    + "; ids are whole numbers from 0 to " + LARGEST_ID);
        }
        return node.intValue();
    }

    private static OptionalInt special(JsonNode said, List<String> usual, Map<String, Integer> ids) {
        String name = said.isObject() ? said.path("content").asString("") : said.asString("");
        if (ids.containsKey(name)) {
            return OptionalInt.of(ids.get(name));
        }
        return usual.stream().filter(ids::containsKey).mapToInt(ids::get).findFirst();
    }

    /** The first line of a message, shortened if it is long. */
    static String oneLine(@Nullable String message) {
        String line = String.valueOf(message).lines().findFirst().orElse("");
        return line.length() > 200 ? line.substring(0, 200) + "…" : line;
    }
}
