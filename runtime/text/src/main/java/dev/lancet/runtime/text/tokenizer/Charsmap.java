package dev.lancet.runtime.text.tokenizer;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.BitSet;
import java.util.Deque;
import java.util.Optional;

/**
 * Checks the table of a {@code Precompiled} normalizer, which SentencePiece writes: a trie (Darts-clone) from pieces of
 * text to places in a list of replacements. The native library follows it without checking an index, so every state that
 * a text can reach is visited here first.
 */
final class Charsmap {

    private static final int LONGEST_KEY = 64;
    private static final int LONGEST_REPLACEMENT = 256;

    private final int[] units;
    private final byte[] replacements;
    private double growth = 1;
    private boolean deletesLetters;

    /** A state of the trie after some bytes. */
    private record State(int at, int depth, boolean letters) {}

    private Charsmap(int[] units, byte[] replacements) {
        this.units = units;
        this.replacements = replacements;
    }

    /** Reads and checks a table; the message says what is wrong. */
    static Charsmap read(String base64) {
        byte[] bytes = Base64.getDecoder().decode(base64);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        try {
            int size = buffer.getInt();
            require(
                    size > 0 && size % 4 == 0 && size <= buffer.remaining(),
                    "says that its trie has " + size + " bytes");
            int[] units = new int[size / 4];
            buffer.asIntBuffer().get(units);
            buffer.position(buffer.position() + size);
            byte[] replacements = new byte[buffer.remaining()];
            buffer.get(replacements);
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(replacements));
            Charsmap map = new Charsmap(units, replacements);
            map.visit();
            return map;
        } catch (BufferUnderflowException | CharacterCodingException damaged) {
            throw new IllegalArgumentException("is cut off or not UTF-8", damaged);
        }
    }

    /** How many times longer than its source a replacement is at most, in bytes. */
    double growth() {
        return growth;
    }

    /** Whether it removes an ASCII letter or digit without a replacement. */
    boolean deletesLetters() {
        return deletesLetters;
    }

    private void visit() {
        BitSet seen = new BitSet(units.length);
        Deque<State> open = new ArrayDeque<>();
        open.add(new State(within(offset(units[0])), 0, false));
        while (!open.isEmpty()) {
            State state = open.pop();
            for (int letter = 1; letter < 256; letter++) {
                next(state, letter).filter(next -> !seen.get(next.at)).ifPresent(next -> {
                    seen.set(next.at);
                    open.push(next);
                });
            }
        }
    }

    /** The state after another byte, or empty if the trie ends; {@code common_prefix_search} of spm_precompiled. */
    private Optional<State> next(State state, int letter) {
        int at = within(state.at ^ letter);
        int unit = units[at];
        if ((unit & 0x800000ff) != letter) {
            return Optional.empty();
        }
        int depth = state.depth + 1;
        require(depth <= LONGEST_KEY, "replaces pieces of more than " + LONGEST_KEY + " bytes");
        boolean letters = state.letters || ExpressionClass.letter(letter);
        int after = within(at ^ offset(unit));
        if ((unit >>> 8 & 1) == 1) {
            replacement(units[after] & 0x7fffffff, depth, letters);
        }
        return Optional.of(new State(after, depth, letters));
    }

    private void replacement(int from, int depth, boolean letters) {
        require(
                from < replacements.length && (replacements[from] & 0xc0) != 0x80,
                "refers to a replacement at " + from + " that it does not have");
        int to = from;
        while (to < replacements.length && replacements[to] != 0) {
            to++;
            require(
                    to - from <= LONGEST_REPLACEMENT,
                    "has a replacement of more than " + LONGEST_REPLACEMENT + " bytes");
        }
        growth = Math.max(growth, (double) (to - from) / depth);
        deletesLetters |= letters && to == from;
    }

    private int within(int index) {
        require(index >= 0 && index < units.length, "points outside its trie");
        return index;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
