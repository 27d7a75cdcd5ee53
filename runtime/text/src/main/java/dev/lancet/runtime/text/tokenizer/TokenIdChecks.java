package dev.lancet.runtime.text.tokenizer;

import dev.lancet.dsl.LancetException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Reads token ids from files, checks them, and cuts them into windows. */
public final class TokenIdChecks {

    private static final long LARGEST = 1L << 30;

    private TokenIdChecks() {}

    /**
     * Reads raw little-endian 32-bit ids.
     *
     * @return {@code [ids]}
     * @throws LancetException if the file is missing, empty, larger than 1 GiB, or not a whole number of ids, or if an
     * id is     negative
     */
    public static int[] read(Path file) {
        byte[] bytes = BoundedFileReader.read(file, LARGEST, "ids");
        if (bytes.length == 0 || bytes.length % 4 != 0) {
            throw new LancetException("ids: " + file + " has " + bytes.length
                    + " bytes; raw little-endian int32 ids take 4 bytes each, and at least one is needed");
        }
        int[] ids = new int[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(ids);
        check(ids, Integer.MAX_VALUE, file.toString());
        return ids;
    }

    /**
     * Checks that every id is in a vocabulary.
     *
     * @param what the text or file with the ids, for the message
     * @throws LancetException if an id is negative or not less than {@code vocabulary}
     */
    public static void check(int[] ids, int vocabulary, String what) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= vocabulary) {
                throw new LancetException("ids: " + ids[i] + " at position " + i + " of " + what
                        + " is outside the vocabulary of " + vocabulary
                        + "; use the tokenizer that the model was trained with");
            }
        }
    }

    /**
     * Cuts ids into consecutive windows, over which perplexity is measured. A shorter rest at the end is dropped.
     *
     * @return {@code [windows][size]}
     * @throws LancetException if the ids do not fill one window
     */
    public static int[][] windows(int[] ids, int size) {
        if (size < 2) {
            throw new IllegalArgumentException("window: " + size + "; at least 2 ids are needed to predict one");
        }
        if (ids.length < size) {
            throw new LancetException("perplexity: " + ids.length + " ids are shorter than one window of " + size
                    + "; use a longer text or a smaller window");
        }
        int[][] windows = new int[ids.length / size][size];
        for (int w = 0; w < windows.length; w++) {
            System.arraycopy(ids, w * size, windows[w], 0, size);
        }
        return windows;
    }

    static void checkOne(int id, Tokenizer tokenizer) {
        if (id < 0 || id >= tokenizer.vocabulary()) {
            throw new IllegalArgumentException(
                    "id: " + id + "; " + tokenizer.name() + " has ids 0 to " + (tokenizer.vocabulary() - 1));
        }
    }
}
