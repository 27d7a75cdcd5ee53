package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.Locale;

/** A corpus as token ids, in a training part and a held-out part. {@link Corpora} reads it. */
public final class TokenText {

    private final String name;
    private final Tokenizer tokenizer;
    private final TokenIds training;
    private final TokenIds heldOut;
    private final Counts counts;
    private final String fingerprint;

    /**
     * How many documents the corpus has.
     *
     * @param documents number of different documents
     * @param repeated number of documents that are left out because an equal one came before
     * @param heldOut number of different documents that are held out; 0 if the end of a single text is held out
     */
    public record Counts(int documents, int repeated, int heldOut) {}

    TokenText(
            String name, Tokenizer tokenizer, TokenIds training, TokenIds heldOut, Counts counts, String fingerprint) {
        this.name = name;
        this.tokenizer = tokenizer;
        this.training = training;
        this.heldOut = heldOut;
        this.counts = counts;
        this.fingerprint = fingerprint;
    }

    /** The files, for messages. */
    public String name() {
        return name;
    }

    /** The tokenizer, which was learnt from the corpus if the corpus asks for that. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** The ids of the training part. */
    public TokenIds training() {
        return training;
    }

    /** The ids of the held-out part; empty if nothing is held out. */
    public TokenIds heldOut() {
        return heldOut;
    }

    /** How many documents the corpus has. */
    public Counts counts() {
        return counts;
    }

    /** Number of tokens of the tokenizer. */
    public int vocabulary() {
        return tokenizer.vocabulary();
    }

    /** Hexadecimal SHA-256 of all texts, the choice of held-out ones, and the tokenizer. */
    public String fingerprint() {
        return fingerprint;
    }

    /** The ids of one of the two parts. */
    public TokenIds part(Corpus.Part part) {
        return part.heldOut() ? heldOut : training;
    }

    /**
     * Checks that every id is in the vocabulary of a model.
     *
     * @throws LancetException if the text has an id that the model does not have
     */
    public void checkFits(int modelVocabulary) {
        int largest = Math.max(training.largest(), heldOut.largest());
        if (largest >= modelVocabulary) {
            throw new LancetException("ids: " + largest + " in " + name + " is outside the vocabulary of "
                    + modelVocabulary + "; use the tokenizer that the model was trained with");
        }
    }

    /** A summary in one line. */
    @Override
    public String toString() {
        String texts = counts.documents == 1
                ? "1 text"
                : String.format(Locale.ROOT, "%,d documents, %,d of them held out", counts.documents, counts.heldOut);
        String repeated =
                counts.repeated == 0 ? "" : String.format(Locale.ROOT, ", %,d repeated ones left out", counts.repeated);
        return String.format(
                Locale.ROOT,
                "%s%s; %,d tokens to train on, %,d held out, of %s",
                texts,
                repeated,
                training.size(),
                heldOut.size(),
                tokenizer.name());
    }
}
