package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.io.Progress;
import dev.lancet.io.Sha256;
import dev.lancet.runtime.text.source.Documents;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads corpora. With a folder, the tokenizers that are learnt and the ids are kept there under a hash of everything that
 * they follow from, used again when it is the same, and the ids are mapped instead of held in memory; without one, nothing
 * is kept.
 *
 * <p>Each different document counts once. Between two documents stands the id that ends a text, or a blank line where the
 * tokenizer has none. Each part is encoded by itself, so no token reaches from what is trained on to what is held out, and
 * a tokenizer that is learnt has not seen what is held out.
 */
public final class Corpora {

    private final Optional<Path> folder;
    private final Progress progress;

    private Corpora(Optional<Path> folder, Progress progress) {
        this.folder = folder;
        this.progress = progress;
    }

    /** Keeps nothing. */
    public static Corpora inMemory() {
        return new Corpora(Optional.empty(), Progress.silent());
    }

    /** Keeps what it makes in a folder, which is made when it is needed. */
    public static Corpora keptIn(Path folder) {
        return new Corpora(Optional.of(folder), Progress.silent());
    }

    /** The same, watched. */
    public Corpora progress(Progress progress) {
        return new Corpora(folder, progress);
    }

    /** Reads a corpus through the tokenizer that it names, or learns it. */
    public TokenText read(Corpus corpus, Path directory) {
        return read(corpus, directory, Optional.empty());
    }

    /**
     * Reads a corpus.
     *
     * @param directory against which its paths are resolved
     * @param own a tokenizer to be used instead of the one that the corpus names
     * @throws LancetException if a file is missing, empty or broken, or nothing can be held out
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
        IdList training = new IdList();
        IdList heldOut = new IdList();
        encode(texts, tokenizer, training, heldOut, progress);
        return new TokenText(
                corpus.name(),
                tokenizer,
                TokenIds.of(training.ids()),
                TokenIds.of(heldOut.ids()),
                new TokenText.Counts(texts.documents(), texts.repeated(), texts.heldOut()),
                fingerprint);
    }

    static void encode(SplitCorpus texts, Tokenizer tokenizer, IdSink training, IdSink heldOut, Progress progress) {
        int[] between =
                tokenizer.end().isPresent() ? new int[] {tokenizer.end().getAsInt()} : tokenizer.encode("\n\n", false);
        texts.each("encode", progress, (text, held) -> {
            IdSink sink = held ? heldOut : training;
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
        Path file = folder.map(kept -> kept.resolve("bpe-" + vocabulary + "-" + shortened(fingerprint)))
                .orElseGet(Corpora::temporary)
                .resolve("tokenizer.json");
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

    /** Somewhere for a tokenizer that nobody keeps, so that it can be laid beside a model. */
    private static Path temporary() {
        try {
            Path folder = Files.createTempDirectory("lancet-tokenizer-");
            Path file = folder.resolve("tokenizer.json");
            // Last in, first out: the file goes before its folder.
            folder.toFile().deleteOnExit();
            file.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new LancetException("tokenizer: no temporary folder can be made: " + e.getMessage(), e);
        }
    }

    private static String shortened(String fingerprint) {
        return fingerprint.substring(0, 16);
    }
}
