package dev.lancet.runtime.text.tokenizer;

import java.util.function.IntFunction;

/** Streaming for a tokenizer in which the bytes of an id do not depend on its neighbours. */
final class ByteStreaming implements Tokenizer.Streaming {

    private final IntFunction<byte[]> bytes;
    private final Utf8 utf8 = new Utf8();

    /**
     * @param bytes gives the bytes of the next id; it is called once per id, in order
     */
    ByteStreaming(IntFunction<byte[]> bytes) {
        this.bytes = bytes;
    }

    @Override
    public String add(int id) {
        return utf8.add(bytes.apply(id));
    }

    @Override
    public String finish() {
        return utf8.finish();
    }
}
