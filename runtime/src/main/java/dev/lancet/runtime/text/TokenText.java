package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Corpus;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A corpus as token ids, parted once into what is trained on and what is held out. Both parts are encoded by
 * themselves, so no token reaches over the border. The arrays are shared, not copied: leave them as they are.
 */
public final class TokenText {

    private final String name;
    private final int[] training;
    private final int[] heldOut;
    private final int vocabulary;
    private final String fingerprint;

    private TokenText(String name, int[] training, int[] heldOut, int vocabulary, String fingerprint) {
        this.name = name;
        this.training = training;
        this.heldOut = heldOut;
        this.vocabulary = vocabulary;
        this.fingerprint = fingerprint;
    }

    /**
     * Reads a corpus. The text ends in its held-out share, cut at the document border nearest to it; where documents
     * are so long that this would be less than half or more than twice what was asked for, at the nearest line; where lines
     * are too, at the character.
     *
     * @param directory against which the corpus's path is resolved
     * @param tokenizer as {@link Tokenizer#of} opens it
     * @throws LancetException if the file is missing, empty or not UTF-8
     */
    public static TokenText read(Corpus corpus, Path directory, Tokenizer tokenizer) {
        Path file = directory.resolve(corpus.path());
        TextFile documents = TextFile.read(file);
        String text = documents.text();
        int cut = corpus.holdOut() == 0 ? text.length() : cut(documents, text, corpus.holdOut());
        if (cut == 0 || (cut == text.length() && corpus.holdOut() > 0)) {
            throw new LancetException(String.format(
                    Locale.ROOT,
                    "corpus: %s has %d characters; too few to hold out %s of them",
                    file,
                    text.length(),
                    corpus.holdOut()));
        }
        String rest = text.substring(0, cut);
        String held = text.substring(cut);
        return new TokenText(
                corpus.path(),
                tokenizer.encode(rest),
                held.isEmpty() ? new int[0] : tokenizer.encode(held),
                tokenizer.vocabulary(),
                Sha256.of(Sha256.of(rest) + Sha256.of(held) + tokenizer.fingerprint()));
    }

    private static int cut(TextFile documents, String text, double share) {
        double wanted = text.length() * (1 - share);
        double least = text.length() * (1 - 2 * share);
        double most = text.length() * (1 - share / 2);
        int border = nearest(documents.borders(), wanted);
        if (border > 0 && border >= least && border <= most) {
            return border;
        }
        int from = (int) Math.max(0, least);
        int line = -1;
        for (int at = text.indexOf('\n', from) + 1; at > 0 && at <= most; at = text.indexOf('\n', at) + 1) {
            line = line < 0 || Math.abs(at - wanted) < Math.abs(line - wanted) ? at : line;
        }
        if (line > 0) {
            return line;
        }
        int at = (int) wanted;
        return at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
    }

    private static int nearest(List<Integer> borders, double wanted) {
        int nearest = -1;
        for (int border : borders) {
            nearest = nearest < 0 || Math.abs(border - wanted) < Math.abs(nearest - wanted) ? border : nearest;
        }
        return nearest;
    }

    /** The file, for messages. */
    public String name() {
        return name;
    }

    /** Ids to train on. */
    public int[] training() {
        return training;
    }

    /** Ids of the end, never trained on; none if nothing is held out. */
    public int[] heldOut() {
        return heldOut;
    }

    /** Size of the tokenizer's vocabulary. */
    public int vocabulary() {
        return vocabulary;
    }

    /** Hexadecimal SHA-256 of both texts and of the tokenizer. */
    public String fingerprint() {
        return fingerprint;
    }

    /** The ids of the part that is meant. */
    public int[] part(Corpus.Part part) {
        return part.heldOut() ? heldOut : training;
    }

    /**
     * Makes sure that a model knows every id.
     *
     * @throws LancetException if the tokenizer has ids that the model lacks and the text uses one
     */
    public void checkFits(int modelVocabulary) {
        Ids.check(training, modelVocabulary, name);
        Ids.check(heldOut, modelVocabulary, name);
    }
}
