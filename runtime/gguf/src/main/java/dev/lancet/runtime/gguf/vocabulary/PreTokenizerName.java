package dev.lancet.runtime.gguf.vocabulary;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The names that llama.cpp gives to rules of splitting a text into words before byte pairs are merged. It knows no others, so
 * the rule of a {@code tokenizer.json} must be one of these (llama.cpp, {@code llm_tokenizer_bpe}).
 */
final class PreTokenizerName {

    private static final String WORDS =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}TIMES| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+"
                    + "|\\s+(?!\\S)|\\s+";
    private static final String LLAMA3 = WORDS.replace("TIMES", "{1,3}");
    private static final String QWEN2 = WORDS.replace("TIMES", "");

    private PreTokenizerName() {}

    /** The name for a {@code tokenizer.json}, or empty if there is none. */
    static Optional<String> of(JsonNode root) {
        List<JsonNode> normalizers = TokenizerJsonTable.parts(root.path("normalizer"), "normalizers");
        // llama.cpp leaves out Qwen2's normalization to composed characters.
        if (!normalizers.stream().allMatch(part -> type(part).equals("NFC"))) {
            return Optional.empty();
        }
        List<JsonNode> parts = TokenizerJsonTable.parts(root.path("pre_tokenizer"), "pretokenizers");
        if (parts.isEmpty() || !bytes(parts.get(parts.size() - 1))) {
            return Optional.empty();
        }
        boolean pattern = parts.get(parts.size() - 1).path("use_regex").asBoolean(true);
        boolean whole = root.path("model").path("ignore_merges").asBoolean(false);
        if (parts.size() == 1 && pattern && !whole) {
            return Optional.of("gpt-2");
        }
        if (parts.size() != 2) {
            return Optional.empty();
        }
        JsonNode first = parts.get(0);
        if (type(first).equals("Digits") && first.path("individual_digits").asBoolean(false) && pattern && !whole) {
            return Optional.of("smollm");
        }
        String split = first.path("pattern").path("Regex").asString("");
        boolean isolated = type(first).equals("Split")
                && first.path("behavior").asString("").equals("Isolated")
                && !first.path("invert").asBoolean(false);
        if (!isolated || pattern) {
            return Optional.empty();
        }
        if (split.equals(LLAMA3) && whole) {
            return Optional.of("llama-bpe");
        }
        return split.equals(QWEN2) && !whole ? Optional.of("qwen2") : Optional.empty();
    }

    private static boolean bytes(JsonNode part) {
        return type(part).equals("ByteLevel") && !part.path("add_prefix_space").asBoolean(true);
    }

    private static String type(JsonNode part) {
        return part.path("type").asString("");
    }
}
