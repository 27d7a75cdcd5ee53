package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.AtomicFile;
import dev.lancet.io.Sha256;
import dev.lancet.io.TemporaryFolder;
import dev.lancet.runtime.text.bpe.BytePairs;
import dev.lancet.runtime.text.bpe.WordCounts;
import dev.lancet.runtime.text.tokenizer.BytePairJson;
import dev.lancet.runtime.text.tokenizer.BytePairTokenizer;
import dev.lancet.runtime.text.tokenizer.HuggingFaceVocabulary;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** The result of a {@link TokenizerTraining}: the tokenizer, and figures about its texts. */
public final class LearntTokenizer {

    private final BytePairs pairs;
    private final String json;
    private final long words;
    private final int differentWords;
    private final long bytes;
    private final long length;

    LearntTokenizer(BytePairs.Learnt learnt, WordCounts counts) {
        this.pairs = learnt.pairs();
        this.length = learnt.length();
        this.words = counts.words();
        this.differentWords = counts.different();
        this.bytes = counts.bytes();
        json = BytePairJson.of(pairs);
    }

    /** Number of tokens. It is smaller than requested if no more pairs occurred often enough. */
    public int vocabulary() {
        return pairs.tokens().size();
    }

    /** Number of merges learnt. */
    public int merges() {
        return pairs.merges().size();
    }

    /** Number of words in the texts, counting repetitions. */
    public long words() {
        return words;
    }

    /** Number of different words in the texts. */
    public int differentWords() {
        return differentWords;
    }

    /** Number of bytes of the texts in UTF-8. */
    public long bytes() {
        return bytes;
    }

    /** Number of tokens of the texts with this tokenizer. */
    public long tokens() {
        return length;
    }

    /** The tokenizer in the format of Hugging Face's {@code tokenizer.json}. */
    public String json() {
        return json;
    }

    /** The tokenizer, which belongs to no file. */
    public Tokenizer tokenizer() {
        OptionalInt end = pairs.special().stream()
                .filter(id -> new String(pairs.tokens().get(id), StandardCharsets.UTF_8)
                        .equals(TokenizerTraining.END_OF_TEXT))
                .mapToInt(Integer::intValue)
                .findFirst();
        return new BytePairTokenizer(
                "tokenizer of " + vocabulary() + " tokens",
                Optional.empty(),
                Sha256.of(json),
                new HuggingFaceVocabulary(vocabulary(), OptionalInt.empty(), end),
                pairs);
    }

    /**
     * Writes the tokenizer as {@code tokenizer.json}, and replaces an existing file. The file appears complete or not
     * at all, and only after it was read back.
     *
     * @throws LancetException if the file cannot be written, or cannot be read back
     */
    public Tokenizer save(Path file) {
        try (TemporaryFolder trial = TemporaryFolder.create("lancet-tokenizer")) {
            Path copy = trial.path().resolve("tokenizer.json");
            AtomicFile.replace(copy, json);
            Tokenizer.open(copy).close();
        } catch (LancetException unreadable) {
            throw new LancetException(
                    file + ": not written, because it could not be read again: " + unreadable.getMessage(), unreadable);
        }
        AtomicFile.replace(file, json);
        return Tokenizer.open(file);
    }
}
