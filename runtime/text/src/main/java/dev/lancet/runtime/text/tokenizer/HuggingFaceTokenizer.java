package dev.lancet.runtime.text.tokenizer;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.lancet.dsl.LancetException;
import dev.lancet.io.Sha256;
import dev.lancet.runtime.text.bpe.BytePairs;
import java.lang.ref.Cleaner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/**
 * A tokenizer from Hugging Face's {@code tokenizer.json}, run by their native library. Lancet calls the library without
 * DJL's wrapper class, because that class asks the network about the machine, truncates at 512 tokens by default, and
 * copies seven arrays out of native memory instead of one.
 */
final class HuggingFaceTokenizer implements Tokenizer {

    private static final long LARGEST_FILE = 256L << 20;
    private static final Cleaner CLEANER = Cleaner.create();

    private final Path file;
    private final String fingerprint;
    private final HuggingFaceVocabulary vocabulary;
    private final TokenizersLibrary library;
    private final long handle;
    private final Cleaner.Cleanable cleanable;
    private volatile boolean closed;

    private HuggingFaceTokenizer(Path file, String json, String fingerprint, HuggingFaceVocabulary vocabulary) {
        this.file = file;
        this.fingerprint = fingerprint;
        this.vocabulary = vocabulary;
        this.library = NativeTokenizers.load();
        this.handle = create(library, json, file);
        this.cleanable = CLEANER.register(this, new Native(library, handle));
    }

    private record Native(TokenizersLibrary library, long handle) implements Runnable {
        @Override
        public void run() {
            library.deleteTokenizer(handle);
        }
    }

    /**
     * The tokenizer in a file. For plain byte pairs it is a {@link BytePairTokenizer}, which needs no native library.
     */
    static Tokenizer read(Path file) {
        byte[] content = BoundedFileReader.read(file, LARGEST_FILE, "tokenizer");
        String json = new String(content, StandardCharsets.UTF_8);
        JsonNode root = HuggingFaceVocabulary.tree(json, file);
        HuggingFaceVocabulary vocabulary = HuggingFaceVocabulary.of(root, file);
        TokenizerPanicGuard.check(root, file);
        Optional<BytePairs> pairs = BytePairReader.read(root);
        return pairs.isPresent()
                ? new BytePairTokenizer(
                        String.valueOf(file.getFileName()),
                        Optional.of(file),
                        Sha256.of(content),
                        vocabulary,
                        pairs.get())
                : new HuggingFaceTokenizer(file, json, Sha256.of(content), vocabulary);
    }

    private static long create(TokenizersLibrary library, String json, Path file) {
        try {
            long handle = library.createTokenizerFromString(json);
            library.disableTruncation(handle);
            library.disablePadding(handle);
            return handle;
        } catch (RuntimeException e) {
            throw new LancetException(
                    "tokenizer: Hugging Face's library cannot read " + file + ": "
                            + HuggingFaceVocabulary.oneLine(e.getMessage()) + "; check whether a newer release"
                            + " wrote it",
                    e);
        }
    }

    @Override
    public String name() {
        return String.valueOf(file.getFileName());
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
        return Optional.of(file);
    }

    @Override
    public synchronized int[] encode(String text, boolean special) {
        long encoding = library.encode(open(), text, special);
        try {
            return Arrays.stream(library.getTokenIds(encoding))
                    .mapToInt(Math::toIntExact)
                    .toArray();
        } finally {
            library.deleteEncoding(encoding);
        }
    }

    @Override
    public synchronized String decode(int[] ids) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            TokenIdChecks.checkOne(ids[i], this);
            wide[i] = ids[i];
        }
        return ids.length == 0 ? "" : library.decode(open(), wide, true);
    }

    private long open() {
        if (closed) {
            throw new IllegalStateException("tokenizer: " + file + " is closed; open it again");
        }
        return handle;
    }

    @Override
    public Streaming streaming() {
        return new WindowedStreaming(this);
    }

    @Override
    public synchronized void close() {
        closed = true;
        cleanable.clean();
    }
}
