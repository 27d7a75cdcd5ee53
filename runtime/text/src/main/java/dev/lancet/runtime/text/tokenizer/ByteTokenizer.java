package dev.lancet.runtime.text.tokenizer;

import dev.lancet.io.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** A tokenizer in which each byte is an id. */
final class ByteTokenizer implements Tokenizer {

    @Override
    public String name() {
        return "bytes";
    }

    @Override
    public int vocabulary() {
        return 256;
    }

    @Override
    public OptionalInt begin() {
        return OptionalInt.empty();
    }

    @Override
    public OptionalInt end() {
        return OptionalInt.empty();
    }

    @Override
    public String fingerprint() {
        return Sha256.of(name());
    }

    @Override
    public Optional<Path> source() {
        return Optional.empty();
    }

    @Override
    public int[] encode(String text, boolean special) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[bytes.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = bytes[i] & 0xff;
        }
        return ids;
    }

    @Override
    public String decode(int[] ids) {
        byte[] bytes = new byte[ids.length];
        for (int i = 0; i < ids.length; i++) {
            bytes[i] = one(ids[i]);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private byte one(int id) {
        TokenIdChecks.checkOne(id, this);
        return (byte) id;
    }

    @Override
    public Streaming streaming() {
        return new ByteStreaming(id -> new byte[] {one(id)});
    }

    @Override
    public void close() {}
}
