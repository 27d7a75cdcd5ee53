package dev.lancet.runtime.generate;

import java.util.function.Consumer;

/** Receives a text while a model generates it, and may end it. */
@FunctionalInterface
public interface TextListener {

    /**
     * Takes the text that is certain after one more token. It always ends with a whole character, and never with a part of a
     * stop string.
     *
     * @param piece the next part of the text; empty while a character or a stop string is incomplete
     * @return whether to go on
     */
    boolean accept(String piece);

    /** A listener that takes every text to its end; it gets no empty pieces. */
    static TextListener of(Consumer<String> pieces) {
        return piece -> {
            if (!piece.isEmpty()) {
                pieces.accept(piece);
            }
            return true;
        };
    }
}
