package dev.lancet.runtime.gguf.vocabulary;

import dev.lancet.dsl.LancetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Reads the two kinds of {@code tokenizer.json} that llama.cpp runs: byte pairs over bytes (GPT-2, LLaMA 3, Qwen2), and
 * SentencePiece's byte pairs with single bytes for unknown characters (LLaMA 2, Mistral).
 */
final class TokenizerJsonTable {

    private static final String BYTE = "<0x[0-9A-F]{2}>";

    private final JsonNode root;
    private final Path file;
    private final JsonNode model;

    private TokenizerJsonTable(JsonNode root, Path file) {
        this.root = root;
        this.file = file;
        model = root.path("model");
    }

    static TokenTable read(JsonNode root, Path file) {
        return new TokenizerJsonTable(root, file).table();
    }

    private TokenTable table() {
        String type = model.path("type").asString("BPE");
        if (!type.equals("BPE")) {
            throw unknown("a model of type " + type);
        }
        Map<Integer, String> tokens = new HashMap<>();
        model.path("vocab")
                .properties()
                .forEach(entry -> tokens.put(entry.getValue().asInt(), entry.getKey()));
        Map<Integer, TokenType> added = new HashMap<>();
        for (JsonNode token : root.path("added_tokens")) {
            int id = token.path("id").asInt();
            tokens.put(id, token.path("content").asString(""));
            added.put(id, token.path("special").asBoolean(false) ? TokenType.CONTROL : TokenType.USER_DEFINED);
        }
        boolean pieces = model.path("byte_fallback").asBoolean(false);
        String unknown = model.path("unk_token").asString("");
        List<String> texts = new ArrayList<>();
        List<TokenType> types = new ArrayList<>();
        OptionalInt unknownId = OptionalInt.empty();
        int size =
                1 + tokens.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1);
        for (int id = 0; id < size; id++) {
            String text = tokens.get(id);
            texts.add(text == null ? TokenTable.unused(id) : text);
            if (text == null) {
                types.add(TokenType.UNUSED);
            } else if (pieces && text.equals(unknown)) {
                types.add(TokenType.UNKNOWN);
                unknownId = OptionalInt.of(id);
            } else if (pieces && text.matches(BYTE)) {
                types.add(TokenType.BYTE);
            } else {
                types.add(added.getOrDefault(id, TokenType.NORMAL));
            }
        }
        return pieces
                ? new TokenTable(
                        "llama",
                        "default",
                        texts,
                        types,
                        scores(texts),
                        List.of(),
                        unknownId,
                        Optional.of(spaceBefore()))
                : new TokenTable(
                        "gpt2",
                        PreTokenizerName.of(root)
                                .orElseThrow(() -> unknown("a rule of splitting words that llama.cpp has no name for")),
                        texts,
                        types,
                        List.of(),
                        merges(),
                        OptionalInt.empty(),
                        Optional.empty());
    }

    private List<String> merges() {
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : model.path("merges")) {
            merges.add(
                    merge.isArray()
                            ? merge.path(0).asString("") + " " + merge.path(1).asString("")
                            : merge.asString(""));
        }
        return merges;
    }

    /**
     * The place of a token in the order of the merges, negative. SentencePiece's own scores are these numbers, and llama.cpp
     * joins by them.
     */
    private List<Float> scores(List<String> texts) {
        Map<String, Float> ranks = new HashMap<>();
        for (String merge : merges()) {
            ranks.putIfAbsent(merge.replaceFirst(" ", ""), (float) -ranks.size());
        }
        return texts.stream().map(text -> ranks.getOrDefault(text, 0f)).toList();
    }

    /** Whether a space comes before a text. Refuses what else may happen to a text before it becomes pieces. */
    private boolean spaceBefore() {
        boolean before = false;
        for (JsonNode part : parts(root.path("normalizer"), "normalizers")) {
            String type = part.path("type").asString("");
            if (!Set.of("Prepend", "Replace").contains(type)) {
                throw unknown("a normalizer of type " + type);
            }
            before |= type.equals("Prepend");
        }
        for (JsonNode part : parts(root.path("pre_tokenizer"), "pretokenizers")) {
            String type = part.path("type").asString("");
            if (!type.equals("Metaspace")) {
                throw unknown("a pre-tokenizer of type " + type);
            }
            before |= !part.path("prepend_scheme")
                    .asString(part.path("add_prefix_space").asBoolean(true) ? "always" : "never")
                    .equals("never");
        }
        return before;
    }

    /** A part itself, the parts of a sequence, or none. */
    static List<JsonNode> parts(JsonNode part, String list) {
        if (part.isMissingNode() || part.isNull()) {
            return List.of();
        }
        List<JsonNode> parts = new ArrayList<>();
        if (part.path("type").asString("").equals("Sequence")) {
            part.path(list).forEach(parts::add);
        } else {
            parts.add(part);
        }
        return parts;
    }

    private LancetException unknown(String what) {
        return new LancetException("export: " + file + " has " + what
                + ", which llama.cpp cannot run; export with --without-tokenizer, and give llama.cpp token ids");
    }
}
