package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.Locale;

/** A corpus as token ids, parted into what is trained on and what is held out; {@link Corpora} reads it. */
public final class TokenText {

    private final String name;
    private final Tokenizer tokenizer;
    private final TokenIds training;
    private final TokenIds heldOut;
    private final Counts counts;
    private final String fingerprint;

    /**
     * How many texts there were.
     *
     * @param documents different ones
     * @param repeated left out because an equal one came before
     * @param heldOut different ones that are held out; 0 where the end of one text is
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

    /** What made text into ids; learnt from the corpus if that was asked for. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Ids to train on. */
    public TokenIds training() {
        return training;
    }

    /** Ids never trained on; none if nothing is held out. */
    public TokenIds heldOut() {
        return heldOut;
    }

    /** How many texts there were. */
    public Counts counts() {
        return counts;
    }

    /** Size of the tokenizer's vocabulary. */
    public int vocabulary() {
        return tokenizer.vocabulary();
    }

    /** Hexadecimal SHA-256 of all texts, of which are held out, and of the tokenizer. */
    public String fingerprint() {
        return fingerprint;
    }

    /** The ids of the part that is meant. */
    public TokenIds part(Corpus.Part part) {
        return part.heldOut() ? heldOut : training;
    }

    /**
     * Makes sure that a model knows every id.
     *
     * @throws LancetException if the text uses an id that the model lacks
     */
    public void checkFits(int modelVocabulary) {
        int largest = Math.max(training.largest(), heldOut.largest());
        if (largest >= modelVocabulary) {
            throw new LancetException("ids: " + largest + " in " + name + " is outside the vocabulary of "
                    + modelVocabulary + "; use the tokenizer that the model was trained with");
        }
    }

    /** One line for people. */
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
