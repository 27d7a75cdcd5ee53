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
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * A tokenizer from Hugging Face's {@code tokenizer.json}, run by their native library. Lancet calls the library without
 * DJL's wrapper class, because that class asks the network about the machine, truncates at 512 tokens by default, and
 * copies seven arrays out of native memory instead of one.
 */
final class HuggingFaceTokenizer implements Tokenizer {

    /** The largest published file that we know has 34 MB. */
    private static final long LARGEST_FILE = 64L << 20;

    private static final Cleaner CLEANER = Cleaner.create();

    private final Path file;
    private final String fingerprint;
    private final HuggingFaceVocabulary vocabulary;
    private final TokenizerLimits limits;
    private final TokenizersLibrary library;
    private final long handle;
    private final Cleaner.Cleanable cleanable;
    private volatile boolean closed;

    private HuggingFaceTokenizer(
            Path file, String json, String fingerprint, HuggingFaceVocabulary vocabulary, TokenizerLimits limits) {
        this.file = file;
        this.limits = limits;
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
        Optional<BytePairs> pairs = BytePairReader.read(root);
        if (pairs.isPresent()) {
            return new BytePairTokenizer(
                    String.valueOf(file.getFileName()), Optional.of(file), Sha256.of(content), vocabulary, pairs.get());
        }
        TokenizerLimits limits = TokenizerPanicGuard.check(root, vocabulary, file);
        return new HuggingFaceTokenizer(file, json, Sha256.of(content), vocabulary, limits);
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
        limits.problems(text).stream().findFirst().ifPresent(problem -> {
            throw new LancetException("tokenizer: " + file + " is not used on a text of " + text.length()
                    + " characters, because " + problem + "; split the text");
        });
        long[] ids = used(() -> {
            long encoding = library.encode(open(), text, special);
            try {
                return library.getTokenIds(encoding);
            } finally {
                library.deleteEncoding(encoding);
            }
        });
        return Arrays.stream(ids).mapToInt(this::known).toArray();
    }

    private int known(long id) {
        if (id < 0 || id >= vocabulary.size()) {
            throw new LancetException("tokenizer: " + file + " gives the id " + id + ", but its vocabulary has "
                    + vocabulary.size() + " ids; get the file from the authors of the model");
        }
        return (int) id;
    }

    @Override
    public synchronized String decode(int[] ids) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            TokenIdChecks.checkOne(ids[i], this);
            wide[i] = ids[i];
        }
        return ids.length == 0 ? "" : used(() -> library.decode(open(), wide, true));
    }

    /** The library throws for example where a text needs an unknown token that the file does not have. */
    private <T> T used(Supplier<T> use) {
        try {
            return use.get();
        } catch (IllegalStateException closed) {
            throw closed;
        } catch (RuntimeException e) {
            throw new LancetException(
                    "tokenizer: Hugging Face's library cannot use " + file + ": "
                            + HuggingFaceVocabulary.oneLine(e.getMessage()) + "; get the file from the authors of the"
                            + " model",
                    e);
        }
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
