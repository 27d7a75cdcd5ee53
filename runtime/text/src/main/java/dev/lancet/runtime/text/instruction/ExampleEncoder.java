package dev.lancet.runtime.text.instruction;

import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;

/**
 * Encodes examples. A prompt keeps the ids that it has alone, because these are the ids that the model gets when it is asked. The
 * answer has the ids that follow in the whole text; if the tokenizer would join the end of the prompt and the beginning of
 * the answer, the answer is encoded alone. After the last answer comes the id that ends a text, if the tokenizer has one and
 * the answer does not contain it.
 */
final class ExampleEncoder {

    private final Tokenizer tokenizer;

    ExampleEncoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * The ids of some pieces.
     *
     * @param special whether to add the ids that the tokenizer puts before a text; a chat template writes them itself
     */
    EncodedExample encode(List<TextPiece> pieces, boolean special) {
        int[] ids = {};
        BitSet answer = new BitSet();
        StringBuilder text = new StringBuilder();
        for (TextPiece piece : pieces) {
            text.append(piece.text());
            int before = ids.length;
            ids = after(ids, text.toString(), piece.text(), special);
            answer.set(before, ids.length, piece.answer());
        }
        OptionalInt end = tokenizer.end();
        int last = answer.previousClearBit(ids.length - 1) + 1;
        if (end.isPresent() && Arrays.stream(ids, last, ids.length).noneMatch(id -> id == end.getAsInt())) {
            ids = Arrays.copyOf(ids, ids.length + 1);
            ids[ids.length - 1] = end.getAsInt();
            answer.set(ids.length - 1);
        }
        return new EncodedExample(ids, answer);
    }

    private int[] after(int[] before, String whole, String piece, boolean special) {
        if (piece.isEmpty() && before.length > 0) {
            return before;
        }
        int[] all = tokenizer.encode(whole, special);
        if (all.length >= before.length && Arrays.equals(before, 0, before.length, all, 0, before.length)) {
            return all;
        }
        int[] alone = tokenizer.encode(piece, false);
        int[] joined = Arrays.copyOf(before, before.length + alone.length);
        System.arraycopy(alone, 0, joined, before.length, alone.length);
        return joined;
    }
}
