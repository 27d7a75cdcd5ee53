package dev.lancet.runtime.text.tokenizer;

import java.util.function.IntFunction;

/** Streaming over a tokenizer whose ids stand for bytes, whatever stands beside them. */
final class ByteStreaming implements Tokenizer.Streaming {

    private final IntFunction<byte[]> bytes;
    private final Utf8 utf8 = new Utf8();

    /**
     * @param bytes what the next id stands for; it is asked once for each, in order
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
