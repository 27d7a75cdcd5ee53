package dev.lancet.runtime.gguf.vocabulary;

import dev.lancet.runtime.gguf.file.GgufMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A vocabulary as llama.cpp knows it.
 *
 * @param model {@code llama} for SentencePiece, {@code gpt2} for byte pairs
 * @param splitter llama.cpp's name of the rule by which a text is split into words
 * @param tokens the texts of all ids
 * @param types what they are
 * @param scores llama.cpp joins the pair whose joined token has the highest score; empty for byte pairs
 * @param merges pairs of tokens with a space between, in the order in which llama.cpp joins them; empty for SentencePiece
 * @param unknown the id for text without a token, or empty
 * @param spaceBefore whether a text gets a space before it; empty for byte pairs
 */
record TokenTable(
        String model,
        String splitter,
        List<String> tokens,
        List<TokenType> types,
        List<Float> scores,
        List<String> merges,
        OptionalInt unknown,
        Optional<Boolean> spaceBefore) {

    TokenTable {
        tokens = List.copyOf(tokens);
        types = List.copyOf(types);
        scores = List.copyOf(scores);
        merges = List.copyOf(merges);
    }

    /** Puts the table, with unused tokens up to the vocabulary of the model. */
    void put(GgufMetadata metadata, int vocabulary) {
        List<String> texts = new ArrayList<>(tokens);
        List<Integer> kinds = new ArrayList<>(types.stream().map(TokenType::id).toList());
        List<Float> ranks = new ArrayList<>(scores);
        for (int id = tokens.size(); id < vocabulary; id++) {
            texts.add(unused(id));
            kinds.add(TokenType.UNUSED.id());
            ranks.add(0f);
        }
        metadata.text("tokenizer.ggml.model", model);
        metadata.text("tokenizer.ggml.pre", splitter);
        metadata.texts("tokenizer.ggml.tokens", texts);
        if (!scores.isEmpty()) {
            metadata.reals("tokenizer.ggml.scores", ranks);
        }
        metadata.numbers("tokenizer.ggml.token_type", kinds);
        if (scores.isEmpty()) {
            metadata.texts("tokenizer.ggml.merges", merges);
        }
        unknown.ifPresent(id -> metadata.number("tokenizer.ggml.unknown_token_id", id));
        spaceBefore.ifPresent(before -> metadata.flag("tokenizer.ggml.add_space_prefix", before));
    }

    /** The text of an id without a token. */
    static String unused(int id) {
        return "[PAD" + id + "]";
    }
}
