package dev.lancet.runtime.gguf.vocabulary;

import dev.lancet.runtime.text.tokenizer.Llama2Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The pieces of a llama2.c tokenizer. Their first ids are those of LLaMA: unknown, begin, end, then the 256 bytes. */
final class Llama2cTokenTable {

    private static final List<String> SPECIAL = List.of("<unk>", "<s>", "</s>");
    private static final int BYTES = 256;

    private Llama2cTokenTable() {}

    static TokenTable of(Llama2Vocabulary pieces) {
        List<String> tokens = new ArrayList<>();
        List<TokenType> types = new ArrayList<>();
        List<Float> scores = new ArrayList<>();
        for (int id = 0; id < pieces.size(); id++) {
            boolean special = id < SPECIAL.size();
            boolean oneByte = !special && id < SPECIAL.size() + BYTES;
            // llama2.c puts line ends around the special tokens, and spaces where SentencePiece has U+2581.
            tokens.add(special ? SPECIAL.get(id) : pieces.piece(id).replace(' ', '\u2581'));
            types.add(
                    id == 0
                            ? TokenType.UNKNOWN
                            : special ? TokenType.CONTROL : oneByte ? TokenType.BYTE : TokenType.NORMAL);
            scores.add(pieces.score(id));
        }
        return new TokenTable(
                "llama", "default", tokens, types, scores, List.of(), OptionalInt.of(0), Optional.of(true));
    }
}
