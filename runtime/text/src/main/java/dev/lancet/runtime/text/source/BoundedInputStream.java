package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** An input stream that counts the bytes read and fails above a limit. */
final class BoundedInputStream extends FilterInputStream {

    /** Text usually compresses to a fifth or a tenth. A file that unpacks to 200 times its size is an attack. */
    private static final long LARGEST_RATIO = 200;

    private static final long SMALL = 64L << 20;
    private static final long STEP = 1L << 20;

    /** Receives the number of bytes read from time to time. */
    @FunctionalInterface
    interface Watcher {
        void read(long bytes);
    }

    private final long most;
    private final String what;
    private final Watcher watcher;
    private long count;
    private long told;

    BoundedInputStream(InputStream in, long most, String what, Watcher watcher) {
        super(in);
        this.most = most;
        this.what = what;
        this.watcher = watcher;
    }

    /** The most bytes that a packed file of this size may unpack to. */
    static long unpacked(long packed) {
        return Math.max(SMALL, packed * LARGEST_RATIO);
    }

    private void count(long more) {
        count += Math.max(0, more);
        if (count > most) {
            throw new LancetException("corpus: " + what + " unpacks to more than " + (most >> 20) + " MiB, over "
                    + LARGEST_RATIO
                    + " times its size, which looks like a decompression bomb; if you trust it, unpack it"
                    + " yourself");
        }
        if (count - told >= STEP) {
            told = count;
            watcher.read(count);
        }
    }

    @Override
    public int read() throws IOException {
        int read = super.read();
        count(read < 0 ? 0 : 1);
        return read;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int read = super.read(into, from, length);
        count(read);
        return read;
    }

    @Override
    public long skip(long length) throws IOException {
        long skipped = super.skip(length);
        count(skipped);
        return skipped;
    }
}
