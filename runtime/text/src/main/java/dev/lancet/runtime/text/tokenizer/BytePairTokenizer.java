package dev.lancet.runtime.text.tokenizer;

import dev.lancet.runtime.text.bpe.BytePairs;
import dev.lancet.runtime.text.bpe.Encoder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** A byte-pair tokenizer in Java, without native memory. It gives the same ids as Hugging Face's library. */
public final class BytePairTokenizer implements Tokenizer {

    private final String name;
    private final Optional<Path> source;
    private final String fingerprint;
    private final HuggingFaceVocabulary vocabulary;
    private final BytePairs pairs;
    private final Encoder encoder;

    public BytePairTokenizer(
            String name, Optional<Path> source, String fingerprint, HuggingFaceVocabulary vocabulary, BytePairs pairs) {
        this.name = name;
        this.source = source;
        this.fingerprint = fingerprint;
        this.vocabulary = vocabulary;
        this.pairs = pairs;
        encoder = new Encoder(pairs);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int vocabulary() {
        return vocabulary.size();
    }

    @Override
    public OptionalInt begin() {
        return vocabulary.begin();
    }

    @Override
    public OptionalInt end() {
        return vocabulary.end();
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public Optional<Path> source() {
        return source;
    }

    @Override
    public int[] encode(String text, boolean special) {
        return encoder.encode(text);
    }

    @Override
    public String decode(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            bytes.writeBytes(one(id));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private byte[] one(int id) {
        TokenIdChecks.checkOne(id, this);
        return pairs.special().contains(id) ? new byte[0] : pairs.tokens().get(id);
    }

    @Override
    public Streaming streaming() {
        return new ByteStreaming(this::one);
    }

    @Override
    public void close() {}
}
