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
 * <p>Words are cut as GPT-2 cuts them, merges are learnt by their count, of equal counts the pair of the smaller ids first.
 * Ids are given in this order: special tokens, the 256 bytes, merges.
 */
public final class TokenizerTraining {

    /** The special token that parts documents, and the only one unless others are asked for. */
    public static final String END_OF_TEXT = "<|endoftext|>";

    private final int vocabulary;
    private final WordCounts counts = new WordCounts();
    private List<String> special = List.of(END_OF_TEXT);
    private int minimumFrequency = 2;

    private TokenizerTraining(int vocabulary) {
        this.vocabulary = vocabulary;
    }

    /** A training towards so many tokens, bytes and special ones among them. */
    public static TokenizerTraining bytePairs(int vocabulary) {
        return new TokenizerTraining(vocabulary);
    }

    /**
     * Names the special tokens.
     *
     * @throws IllegalArgumentException if one is empty, or there twice
     */
    public TokenizerTraining special(List<String> names) {
        if (names.stream().anyMatch(String::isEmpty)
                || names.stream().distinct().count() < names.size()) {
            throw new IllegalArgumentException(
                    "special tokens: " + names + "; each needs a name, and a name of its own");
        }
        special = List.copyOf(names);
        return this;
    }

    /** Says how often a pair has to occur to become a token; 2 unless said otherwise. */
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
     * @return how many documents there were
     * @throws dev.lancet.dsl.LancetException if a file cannot be read, or none holds any text
     */
    public TokenText.Counts add(Documents documents, String name, Progress progress) {
        DocumentSplit survey = DocumentSplit.of(documents, name, 0, 0, progress);
        survey.each("count words", progress, (text, held) -> counts.add(text));
        return new TokenText.Counts(survey.documents(), survey.repeated(), 0);
    }

    /** Learns without being watched. */
    public LearntTokenizer learn() {
        return learn(Progress.silent());
    }

    /**
     * Learns from the texts given so far.
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
