package dev.lancet.runtime.text.tokenizer;

import dev.lancet.runtime.text.bpe.Alphabet;
import dev.lancet.runtime.text.bpe.BytePairs;
import dev.lancet.runtime.text.bpe.TokenMerge;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Reads a {@code tokenizer.json} of plain byte pairs, which Lancet encodes itself, and faster. Hugging Face's library
 * handles all other files. Plain means GPT-2's pattern, no normalizer, no tokens added around a text, and at most eight
 * added tokens without special settings.
 */
final class BytePairReader {

    private static final int MOST_ADDED = 8;

    private BytePairReader() {}

    /** The vocabulary, or empty if the file is of another kind or has a setting that this class does not support. */
    static Optional<BytePairs> read(JsonNode root) {
        try {
            return plain(root) ? Optional.of(vocabulary(root)) : Optional.empty();
        } catch (IllegalArgumentException unknown) {
            return Optional.empty();
        }
    }

    private static boolean plain(JsonNode root) {
        JsonNode before = root.path("pre_tokenizer");
        JsonNode model = root.path("model");
        JsonNode after = root.path("post_processor");
        return absent(root.path("normalizer"))
                && before.path("type").asString("").equals("ByteLevel")
                && !before.path("add_prefix_space").asBoolean(true)
                && before.path("use_regex").asBoolean(true)
                && (absent(after) || after.path("type").asString("").equals("ByteLevel"))
                && root.path("decoder").path("type").asString("").equals("ByteLevel")
                && model.path("type").asString("BPE").equals("BPE")
                && absent(model.path("dropout"))
                && model.path("continuing_subword_prefix").asString("").isEmpty()
                && model.path("end_of_word_suffix").asString("").isEmpty()
                && !model.path("byte_fallback").asBoolean(false)
                && !model.path("ignore_merges").asBoolean(false)
                && plain(root.path("added_tokens").values());
    }

    private static boolean plain(Iterable<JsonNode> added) {
        Set<Boolean> normalised = new HashSet<>();
        int count = 0;
        for (JsonNode token : added) {
            normalised.add(token.path("normalized").asBoolean(false));
            count++;
            if (token.path("single_word").asBoolean(false)
                    || token.path("lstrip").asBoolean(false)
                    || token.path("rstrip").asBoolean(false)
                    || !token.path("special").asBoolean(false)
                    || token.path("content").asString("").isEmpty()) {
                return false;
            }
        }
        return normalised.size() <= 1 && count <= MOST_ADDED;
    }

    private static boolean absent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static BytePairs vocabulary(JsonNode root) {
        Map<Integer, String> added = new HashMap<>();
        root.path("added_tokens")
                .forEach(token -> added.put(
                        token.path("id").asInt(), token.path("content").asString()));
        Map<String, Integer> ids = new HashMap<>();
        root.path("model")
                .path("vocab")
                .properties()
                .forEach(entry -> ids.put(entry.getKey(), entry.getValue().asInt()));
        Map<Integer, byte[]> tokens = new HashMap<>();
        ids.forEach((token, id) -> {
            if (!added.containsKey(id)) {
                tokens.put(id, Alphabet.bytes(token));
            }
        });
        added.forEach((id, name) -> tokens.put(id, name.getBytes(StandardCharsets.UTF_8)));
        List<byte[]> inOrder = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            byte[] token = tokens.get(id);
            if (token == null) {
                throw new IllegalArgumentException("an id is missing");
            }
            inOrder.add(token);
        }
        for (int b = 0; b < Alphabet.SIZE; b++) {
            check(ids.containsKey(Alphabet.text(new byte[] {(byte) b})), "a byte is missing");
        }
        List<TokenMerge> merges = new ArrayList<>();
        root.path("model").path("merges").forEach(merge -> merges.add(merge(merge, ids)));
        return new BytePairs(inOrder, added.keySet(), merges);
    }

    /** A pair of texts, or one text with a space between them. */
    private static TokenMerge merge(JsonNode node, Map<String, Integer> ids) {
        String[] parts = node.isArray()
                ? new String[] {node.path(0).asString(""), node.path(1).asString("")}
                : node.asString("").split(" ", -1);
        check(parts.length == 2, "a merge is not a pair");
        return new TokenMerge(id(parts[0], ids), id(parts[1], ids), id(parts[0] + parts[1], ids));
    }

    private static int id(String token, Map<String, Integer> ids) {
        Integer id = ids.get(token);
        if (id == null) {
            throw new IllegalArgumentException("a token of a merge is not in the vocabulary");
        }
        return id;
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
