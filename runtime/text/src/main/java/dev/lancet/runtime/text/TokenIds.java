package dev.lancet.runtime.text;

import java.util.Arrays;

/** A long sequence of token ids that is read in parts, from memory or from files. */
public interface TokenIds {

    /** How many ids there are. */
    long size();

    /** The largest id, or -1 if there are no ids. */
    int largest();

    /**
     * Copies ids into an array.
     *
     * @param from index of the first id to copy
     * @param into the target array
     * @param at index in the target of the first id
     * @param count how many ids to copy
     */
    void read(long from, int[] into, int at, int count);

    /**
     * All ids, {@code [size]}.
     *
     * @throws IllegalStateException if there are more ids than one array can hold
     */
    default int[] toArray() {
        if (size() > Integer.MAX_VALUE - 16) {
            throw new IllegalStateException("ids: " + size() + " do not fit into one array; read them in parts");
        }
        int[] all = new int[(int) size()];
        read(0, all, 0, all.length);
        return all;
    }

    /** Ids in memory. The array is not copied, so the caller must not change it. */
    static TokenIds of(int... ids) {
        int largest = Arrays.stream(ids).max().orElse(-1);
        return new TokenIds() {
            @Override
            public long size() {
                return ids.length;
            }

            @Override
            public int largest() {
                return largest;
            }

            @Override
            public void read(long from, int[] into, int at, int count) {
                System.arraycopy(ids, Math.toIntExact(from), into, at, count);
            }
        };
    }
}
