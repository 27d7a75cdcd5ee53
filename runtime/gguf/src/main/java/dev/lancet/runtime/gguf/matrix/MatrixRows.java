package dev.lancet.runtime.gguf.matrix;

import java.nio.ByteBuffer;

/** A matrix that gives its output channels as rows of GGUF blocks. */
interface MatrixRows {

    /** How many channels are worth reading together: a cache line of floats, four times. */
    int BAND = 64;

    /**
     * Appends the rows of some channels.
     *
     * @param channels their numbers, at most {@link #BAND}
     */
    void put(int[] channels, ByteBuffer into);
}
