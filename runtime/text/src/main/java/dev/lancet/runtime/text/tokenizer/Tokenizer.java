package dev.lancet.runtime.text.tokenizer;

import dev.lancet.dsl.LancetException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Text to token ids and back. Three kinds: plain bytes, Hugging Face's {@code tokenizer.json}, and llama2.c's
 * {@code tok*.bin}. One that stands on native memory gives it back when closed; closing the others does nothing.
 */
public interface Tokenizer extends AutoCloseable {

    /** What it is called: {@code bytes}, or the name of its file. */
    String name();

    /** Number of ids; every id is under it. */
    int vocabulary();

    /** The id that begins a text, where the vocabulary has one. */
    OptionalInt begin();

    /** The id that ends a text, where the vocabulary has one. */
    OptionalInt end();

    /** Hexadecimal SHA-256 of what it was read from; two that share it agree on every text. */
    String fingerprint();

    /** The file it was read from, to be laid beside a saved model; empty for plain bytes. */
    Optional<Path> source();

    /**
     * The ids of a text. The text is never truncated or padded.
     *
     * @param special whether the ids that the tokenizer puts around a text (a beginning, for most) are wanted
     */
    int[] encode(String text, boolean special);

    /** The ids of a text with those that the tokenizer puts around it. */
    default int[] encode(String text) {
        return encode(text, true);
    }

    /**
     * The text of ids, without special ones. Bytes that are no UTF-8 become U+FFFD.
     *
     * @throws IllegalArgumentException if an id is outside the vocabulary
     */
    String decode(int[] ids);

    /** A decoder that takes ids one at a time and never gives half a character. */
    Streaming streaming();

    @Override
    void close();

    /** Turns ids that arrive one by one into pieces of text whose sum is the text of all ids. */
    interface Streaming {

        /** The text that this id completes; empty while a character lacks some of its bytes. */
        String add(int id);

        /** What is left: U+FFFD where the ids ended inside a character, else empty. */
        String finish();
    }

    /** One id a byte of UTF-8, 256 in all, nothing around a text. */
    static Tokenizer bytes() {
        return new ByteTokenizer();
    }

    /**
     * The tokenizer in a file, or the one in a model folder ({@code tokenizer.json}, else the only {@code tok*.bin}).
     *
     * @throws LancetException if there is none, or if it cannot be read
     */
    static Tokenizer open(Path fileOrFolder) {
        return TokenizerFiles.open(fileOrFolder);
    }

    /** The file in a model folder that {@link #open} would read, or empty. */
    static Optional<Path> find(Path folder) {
        return TokenizerFiles.find(folder);
    }
}
