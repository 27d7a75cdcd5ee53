package dev.lancet.runtime.text;

/** Receives token ids as they are produced. */
interface TokenIdSink {

    /** How many ids it has received so far. */
    long size();

    /** Receives more ids. */
    void add(int... ids);
}
