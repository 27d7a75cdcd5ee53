package dev.lancet.runtime.text.tokenizer;

import java.util.Arrays;

/**
 * Streaming over a tokenizer that only decodes whole lists: the text of an id depends on its neighbours (a leading
 * space, half a character), so each new id is decoded together with those since the last but one border, and the part
 * that was already given is cut off. Text that ends in U+FFFD may be half a character and waits.
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

    /** Gives what is new and keeps only the ids of it: they are the left neighbours of the next. */
    private String next(String before, String all) {
        ids = Arrays.copyOfRange(ids, given, Math.max(given + 16, size + 16));
        size -= given;
        given = size;
        return all.substring(Math.min(before.length(), all.length()));
    }
}
