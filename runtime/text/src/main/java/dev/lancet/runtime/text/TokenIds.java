package dev.lancet.runtime.text;

import java.util.Arrays;

/** A long row of token ids that is read in parts, from memory or from files. */
public interface TokenIds {

    /** How many there are. */
    long size();

    /** The largest of them, or -1 if there is none. */
    int largest();

    /**
     * Copies some.
     *
     * @param from place of the first
     * @param into where they go
     * @param at place of the first there
     * @param count how many
     */
    void read(long from, int[] into, int at, int count);

    /**
     * All of them.
     *
     * @throws IllegalStateException if they are more than an array holds
     */
    default int[] toArray() {
        if (size() > Integer.MAX_VALUE - 16) {
            throw new IllegalStateException("ids: " + size() + " do not fit into one array; read them in parts");
        }
        int[] all = new int[(int) size()];
        read(0, all, 0, all.length);
        return all;
    }

    /** Ids in memory; the array is shared, not copied: leave it as it is. */
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
