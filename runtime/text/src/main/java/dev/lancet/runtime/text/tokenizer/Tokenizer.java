package dev.lancet.runtime.text.tokenizer;

import dev.lancet.dsl.LancetException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Converts text to token ids and back. There are three kinds: plain bytes, Hugging Face's {@code tokenizer.json}, and
 * llama2.c's {@code tok*.bin}. Closing a tokenizer frees its native memory, if it has any.
 */
public interface Tokenizer extends AutoCloseable {

    /** The name: {@code bytes}, or the name of the file. */
    String name();

    /** Number of ids; every id is less than it. */
    int vocabulary();

    /** The id that begins a text, or empty if the vocabulary has none. */
    OptionalInt begin();

    /** The id that ends a text, or empty if the vocabulary has none. */
    OptionalInt end();

    /** Hexadecimal SHA-256 of the source. Two tokenizers with the same fingerprint give the same ids for every text. */
    String fingerprint();

    /** The file of the tokenizer, which is copied beside a saved model; empty for plain bytes. */
    Optional<Path> source();

    /**
     * The ids of a text, {@code [tokens]}. The text is never truncated or padded.
     *
     * @param special whether to add the ids that the tokenizer puts around a text, usually a begin id
     */
    int[] encode(String text, boolean special);

    /** The ids of a text, {@code [tokens]}, with the ids that the tokenizer puts around it. */
    default int[] encode(String text) {
        return encode(text, true);
    }

    /**
     * The text for ids, without special tokens. Bytes that are not UTF-8 become U+FFFD.
     *
     * @throws IllegalArgumentException if an id is outside the vocabulary
     */
    String decode(int[] ids);

    /** A decoder that takes ids one at a time and returns only complete characters. */
    Streaming streaming();

    @Override
    void close();

    /** Decodes ids one at a time into pieces of text. The pieces together are the text of all ids. */
    interface Streaming {

        /** The text that this id completes; empty while a character is incomplete. */
        String add(int id);

        /** The rest: U+FFFD if the ids ended inside a character, otherwise empty. */
        String finish();
    }

    /** A tokenizer with one id per byte of UTF-8, 256 in all, and no ids around a text. */
    static Tokenizer bytes() {
        return new ByteTokenizer();
    }

    /**
     * Opens the tokenizer in a file or in a model folder. In a folder, this is {@code tokenizer.json}, otherwise the
     * only {@code tok*.bin}.
     *
     * @throws LancetException if there is no tokenizer, or if it cannot be read
     */
    static Tokenizer open(Path fileOrFolder) {
        return TokenizerFiles.open(fileOrFolder);
    }

    /** The file that {@link #open} would read in a model folder, or empty. */
    static Optional<Path> find(Path folder) {
        return TokenizerFiles.find(folder);
    }
}
