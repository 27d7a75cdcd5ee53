package dev.lancet.runtime.text;

import dev.lancet.io.Progress;
import dev.lancet.runtime.text.bpe.BytePairs;
import dev.lancet.runtime.text.bpe.WordCounts;
import dev.lancet.runtime.text.source.Documents;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Learns a byte-level tokenizer from texts: the same texts, in any order, give the same tokenizer on every machine.
 *
 * <pre>{@code
 * TokenizerTraining training = TokenizerTraining.bytePairs(4096);
 * texts.forEach(training::add);
 * training.learn().save(Path.of("tokenizer.json"));
 * }</pre>
 *
 * <p>Text is split into words as in GPT-2. The most frequent pair is merged first; of equally frequent pairs, the one
 * with the smaller ids. Ids are assigned in this order: special tokens, the 256 bytes, merges.
 */
public final class TokenizerTraining {

    /** The special token that separates documents. It is the only special token by default. */
    public static final String END_OF_TEXT = "<|endoftext|>";

    private final int vocabulary;
    private final WordCounts counts = new WordCounts();
    private List<String> special = List.of(END_OF_TEXT);
    private int minimumFrequency = 2;

    private TokenizerTraining(int vocabulary) {
        this.vocabulary = vocabulary;
    }

    /** A training for a vocabulary of this size, which includes the bytes and the special tokens. */
    public static TokenizerTraining bytePairs(int vocabulary) {
        return new TokenizerTraining(vocabulary);
    }

    /**
     * Sets the special tokens.
     *
     * @throws IllegalArgumentException if a name is empty or given twice
     */
    public TokenizerTraining special(List<String> names) {
        if (names.stream().anyMatch(String::isEmpty)
                || names.stream().distinct().count() < names.size()) {
            throw new IllegalArgumentException("special tokens: " + names + "; give each a name, and no name twice");
        }
        special = List.copyOf(names);
        return this;
    }

    /** Sets how often a pair must occur to become a token (default: 2). */
    public TokenizerTraining minimumFrequency(int times) {
        if (times < 1) {
            throw new IllegalArgumentException("minimum frequency: " + times + "; it must be at least 1");
        }
        minimumFrequency = times;
        return this;
    }

    /** Counts the words of a text. */
    public TokenizerTraining add(String text) {
        counts.add(text);
        return this;
    }

    /**
     * Counts the words of every different document.
     *
     * @return the number of documents
     * @throws dev.lancet.dsl.LancetException if a file cannot be read, or if no file contains text
     */
    public TokenText.Counts add(Documents documents, String name, Progress progress) {
        DocumentSplit survey = DocumentSplit.of(documents, name, 0, 0, progress);
        survey.each("count words", progress, (text, held) -> counts.add(text));
        return new TokenText.Counts(survey.documents(), survey.repeated(), 0);
    }

    /** Learns without reporting progress. */
    public LearntTokenizer learn() {
        return learn(Progress.silent());
    }

    /**
     * Learns from the texts that were added so far.
     *
     * @throws IllegalArgumentException if the vocabulary leaves no room for the bytes and the special tokens
     */
    public LearntTokenizer learn(Progress progress) {
        List<byte[]> names = special.stream()
                .map(name -> name.getBytes(StandardCharsets.UTF_8))
                .toList();
        try (Progress.Task task = progress.begin("learn tokens", vocabulary)) {
            BytePairs.Learnt learnt =
                    BytePairs.learn(counts, names, vocabulary, minimumFrequency, size -> task.advance(size, ""));
            return new LearntTokenizer(learnt, counts);
        }
    }
}
