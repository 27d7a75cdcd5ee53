package dev.lancet.runtime.text.instruction;

import java.util.Arrays;
import java.util.BitSet;

/** The ids of an example, and which of them are its answer. Each id but the last is an input, each but the first a label. */
public final class EncodedExample {

    private final int[] ids;
    private final BitSet answer;

    /** An example whose ids at the set bits are the answer. The arguments are not copied. */
    EncodedExample(int[] ids, BitSet answer) {
        this.ids = ids;
        this.answer = answer;
    }

    /** An example with the answer from an id on. */
    public static EncodedExample of(int answerFrom, int... ids) {
        BitSet answer = new BitSet();
        answer.set(answerFrom, ids.length);
        return new EncodedExample(ids.clone(), answer);
    }

    /** Number of ids. */
    public int size() {
        return ids.length;
    }

    /** Number of inputs, and of labels: the places that the example takes in a sequence. */
    public int places() {
        return ids.length - 1;
    }

    /** Number of labels that belong to the answer. */
    public int answers() {
        return answer.cardinality() - (answer.get(0) ? 1 : 0);
    }

    /** An id. */
    public int id(int at) {
        return ids[at];
    }

    /** Whether an id belongs to the answer. */
    public boolean isAnswer(int at) {
        return answer.get(at);
    }

    /**
     * The example with at most this many places. It loses the beginning of its prompt, but not the id that begins a text; only
     * if the answer does not fit behind one id of the prompt, the answer loses its end.
     *
     * @param kept number of ids at the beginning that stay
     */
    EncodedExample cut(int places, int kept) {
        int over = size() - 1 - places;
        if (over <= 0) {
            return this;
        }
        int last = answer.previousClearBit(size() - 1);
        int front = Math.max(0, Math.min(over, last - kept));
        int end = size() - (over - front);
        int[] rest = new int[end - front];
        BitSet restAnswer = new BitSet();
        for (int to = 0; to < rest.length; to++) {
            int from = to < kept ? to : to + front;
            rest[to] = ids[from];
            restAnswer.set(to, answer.get(from));
        }
        return new EncodedExample(rest, restAnswer);
    }

    /** The ids, {@code [size]}. */
    public int[] ids() {
        return ids.clone();
    }

    @Override
    public String toString() {
        return Arrays.toString(ids) + " answer " + answer;
    }
}
