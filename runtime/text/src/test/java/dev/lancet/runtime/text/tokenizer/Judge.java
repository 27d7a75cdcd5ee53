package dev.lancet.runtime.text.tokenizer;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Hugging Face's library, asked for the ids and the words of a text. */
public final class Judge implements AutoCloseable {

    private final TokenizersLibrary library = NativeTokenizers.load();
    private final long handle;

    Judge(String json) {
        handle = library.createTokenizerFromString(json);
    }

    int[] ids(String text) {
        return ints(text, true);
    }

    /** For each token the number of the word that it is of. */
    int[] words(String text) {
        return ints(text, false);
    }

    private int[] ints(String text, boolean ids) {
        long encoding = library.encode(handle, text, true);
        try {
            long[] longs = ids ? library.getTokenIds(encoding) : library.getWordIds(encoding);
            return Arrays.stream(longs).mapToInt(Math::toIntExact).toArray();
        } finally {
            library.deleteEncoding(encoding);
        }
    }

    /** The text without what UTF-8 cannot say (half characters), and without NUL, at which the library's door ends. */
    public static String valid(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).replace("\0", "");
    }

    @Override
    public void close() {
        library.deleteTokenizer(handle);
    }
}
