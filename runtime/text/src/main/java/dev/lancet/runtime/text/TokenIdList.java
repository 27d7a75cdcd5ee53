package dev.lancet.runtime.text;

import java.util.Arrays;

/** A growing list of token ids in memory. */
final class TokenIdList implements TokenIdSink {

    private int[] ids = new int[1 << 12];
    private int size;

    @Override
    public long size() {
        return size;
    }

    @Override
    public void add(int... more) {
        if (more.length > ids.length - size) {
            ids = Arrays.copyOf(ids, Math.max(Math.addExact(size, more.length), ids.length + (ids.length >> 1)));
        }
        System.arraycopy(more, 0, ids, size, more.length);
        size += more.length;
    }

    int[] ids() {
        return Arrays.copyOf(ids, size);
    }
}
