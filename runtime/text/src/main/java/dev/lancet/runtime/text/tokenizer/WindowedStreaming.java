package dev.lancet.runtime.text.tokenizer;

import java.util.Arrays;

/**
 * Streaming for a tokenizer that decodes only whole lists. The text of an id depends on its neighbours, for example by
 * a leading space or half a character. Therefore each new id is decoded together with the ids since the last boundary
 * but one, and the text that was already returned is removed. Text that ends in U+FFFD may be half a character, so it
 * waits.
 */
final class WindowedStreaming implements Tokenizer.Streaming {

    private static final char HALF = '\ufffd';

    private final Tokenizer tokenizer;
    private int[] ids = new int[16];
    private int size;
    private int given;

    WindowedStreaming(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    @Override
    public String add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
        }
        ids[size++] = id;
        String before = tokenizer.decode(Arrays.copyOf(ids, given));
        String all = tokenizer.decode(Arrays.copyOf(ids, size));
        if (all.length() <= before.length() || all.charAt(all.length() - 1) == HALF) {
            return "";
        }
        return next(before, all);
    }

    @Override
    public String finish() {
        String before = tokenizer.decode(Arrays.copyOf(ids, given));
        String all = tokenizer.decode(Arrays.copyOf(ids, size));
        return next(before, all);
    }

    /** Returns the new text, and keeps only its ids, which are the left neighbours of the next ones. */
    private String next(String before, String all) {
        ids = Arrays.copyOfRange(ids, given, Math.max(given + 16, size + 16));
        size -= given;
        given = size;
        return all.substring(Math.min(before.length(), all.length()));
    }
}
