package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.io.DurableFolders;
import dev.lancet.io.OutputLock;
import dev.lancet.io.Progress;
import dev.lancet.io.Sha256;
import dev.lancet.io.TemporaryFolder;
import dev.lancet.runtime.text.source.Documents;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads corpora. With a folder, learnt tokenizers and token ids are saved there under a hash of everything that they
 * depend on. They are reused when the hash is the same, and the ids are memory-mapped. Without a folder, nothing is
 * saved, and the ids are kept in memory.
 *
 * <p>A repeated document counts once. Between two documents comes the end-of-text id, or a blank line if the tokenizer
 * has no such id. The training part and the held-out part are encoded separately, so no token spans both. A tokenizer
 * is learnt only from the training part.
 */
public final class Corpora {

    private final Optional<Path> folder;
    private final Progress progress;

    private Corpora(Optional<Path> folder, Progress progress) {
        this.folder = folder;
        this.progress = progress;
    }

    /** Saves nothing. */
    public static Corpora inMemory() {
        return new Corpora(Optional.empty(), Progress.silent());
    }

    /** Saves ids and tokenizers in a folder, which is created when it is needed. */
    public static Corpora keptIn(Path folder) {
        return new Corpora(Optional.of(folder), Progress.silent());
    }

    /** The same, and reports progress. */
    public Corpora progress(Progress progress) {
        return new Corpora(folder, progress);
    }

    /** Reads a corpus with the tokenizer that it names, or learns one if it asks for that. */
    public TokenText read(Corpus corpus, Path directory) {
        return read(corpus, directory, Optional.empty());
    }

    /**
     * Reads a corpus.
     *
     * @param directory the folder that relative paths start from
     * @param own a tokenizer to use instead of the one that the corpus names
     * @throws LancetException if a file is missing, empty or damaged, or if nothing can be held out
     */
    public TokenText read(Corpus corpus, Path directory, Optional<Tokenizer> own) {
        Documents documents =
                Documents.of(corpus.paths().stream().map(directory::resolve).toList(), corpus.field());
        Optional<Path> only = documents.onlyText();
        SplitCorpus texts = only.isPresent()
                ? SingleTextSplit.read(only.get(), corpus.holdOut())
                : DocumentSplit.of(documents, corpus.name(), corpus.holdOut(), corpus.seed(), progress);
        Tokenizer tokenizer = own.orElseGet(() -> tokenizer(corpus.tokens(), directory, texts));
        String fingerprint = Sha256.of("1 " + texts.fingerprint(false) + " " + tokenizer.fingerprint());
        if (folder.isPresent()) {
            return new TokenFolder(folder.get().resolve("tokens-" + shortened(fingerprint)), fingerprint)
                    .open(corpus.name(), tokenizer, texts, progress);
        }
        TokenIdList training = new TokenIdList();
        TokenIdList heldOut = new TokenIdList();
        encode(texts, tokenizer, training, heldOut, progress);
        return new TokenText(
                corpus.name(),
                tokenizer,
                TokenIds.of(training.ids()),
                TokenIds.of(heldOut.ids()),
                new TokenText.Counts(texts.documents(), texts.repeated(), texts.heldOut()),
                fingerprint);
    }

    static void encode(
            SplitCorpus texts, Tokenizer tokenizer, TokenIdSink training, TokenIdSink heldOut, Progress progress) {
        int[] between =
                tokenizer.end().isPresent() ? new int[] {tokenizer.end().getAsInt()} : tokenizer.encode("\n\n", false);
        texts.each("encode", progress, (text, held) -> {
            TokenIdSink sink = held ? heldOut : training;
            if (sink.size() > 0) {
                sink.add(between);
            }
            sink.add(tokenizer.encode(text));
        });
    }

    private Tokenizer tokenizer(Corpus.Tokens tokens, Path directory, SplitCorpus texts) {
        if (tokens instanceof Corpus.Tokens.File file) {
            return Tokenizer.open(directory.resolve(file.path()));
        }
        return tokens instanceof Corpus.Tokens.BytePairs pairs ? learnt(pairs.vocabulary(), texts) : Tokenizer.bytes();
    }

    private Tokenizer learnt(int vocabulary, SplitCorpus texts) {
        String fingerprint = Sha256.of("1 " + texts.fingerprint(true) + " " + vocabulary);
        if (folder.isEmpty()) {
            return learnt(vocabulary, texts, temporary().resolve("tokenizer.json"));
        }
        Path kept = folder.get().resolve("bpe-" + vocabulary + "-" + shortened(fingerprint));
        DurableFolders.create(kept);
        OutputLock alone = OutputLock.await(kept);
        try {
            return learnt(vocabulary, texts, kept.resolve("tokenizer.json"));
        } finally {
            alone.close();
        }
    }

    private Tokenizer learnt(int vocabulary, SplitCorpus texts, Path file) {
        if (Files.isRegularFile(file)) {
            return Tokenizer.open(file);
        }
        TokenizerTraining training = TokenizerTraining.bytePairs(vocabulary);
        texts.each("count words", progress, (text, held) -> {
            if (!held) {
                training.add(text);
            }
        });
        return training.learn(progress).save(file);
    }

    /** A temporary folder for a tokenizer that is not kept, so that it can be copied beside a model. */
    private static Path temporary() {
        return TemporaryFolder.create("lancet-tokenizer").path();
    }

    private static String shortened(String fingerprint) {
        return fingerprint.substring(0, 16);
    }
}
