package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that counts what was read of it and gives no more than a limit. */
final class BoundedInputStream extends FilterInputStream {

    /** Text packs to a fifth or a tenth; what unpacks to two hundred times its size is made to fill a memory. */
    private static final long LARGEST_RATIO = 200;

    private static final long SMALL = 64L << 20;
    private static final long STEP = 1L << 20;

    /** Is told from time to time how many bytes were read. */
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

    /** What a packed file of this size may unpack to. */
    static long unpacked(long packed) {
        return Math.max(SMALL, packed * LARGEST_RATIO);
    }

    private void count(long more) {
        count += Math.max(0, more);
        if (count > most) {
            throw new LancetException("corpus: " + what + " unpacks to more than " + (most >> 20) + " MiB, over "
                    + LARGEST_RATIO + " times its size; text does not, so it is taken for a bomb: unpack it yourself"
                    + " if you trust it");
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
