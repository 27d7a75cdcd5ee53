package dev.lancet.runtime.text;

/** Where ids go as they come. */
interface IdSink {

    /** How many it took so far. */
    long size();

    /** Takes some more. */
    void add(int... ids);
}
