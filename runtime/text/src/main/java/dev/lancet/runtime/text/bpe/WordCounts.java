package dev.lancet.runtime.text.bpe;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts how often each word occurs in texts. Learning merges needs nothing else from the texts. */
public final class WordCounts {

    private static final class Count {
        private long times;
    }

    /** A word's bytes in UTF-8, and how often it occurs. */
    static final class Word {
        final byte[] bytes;
        final long times;

        Word(byte[] bytes, long times) {
            this.bytes = bytes;
            this.times = times;
        }
    }

    /**
     * Longer words, for example a text without spaces, are counted in pieces. Learning visits a word again for each merge in
     * it, so a megabyte in one word would take hours. No token is as long.
     */
    private static final int LONGEST = 512;

    private final Map<String, Count> counts = new HashMap<>(1 << 16);
    private long words;

    /** Counts the words of one text. */
    public void add(String text) {
        Splitter.split(text, 0, text.length(), (from, to) -> {
            for (int at = from; at < to; at += LONGEST) {
                count(text.substring(at, Math.min(to, at + LONGEST)));
            }
            words++;
        });
    }

    private void count(String word) {
        counts.computeIfAbsent(word, unseen -> new Count()).times++;
    }

    /** Number of words, counting repetitions. */
    public long words() {
        return words;
    }

    /** Number of different words. */
    public int different() {
        return counts.size();
    }

    /** Number of bytes of all words, counting repetitions. */
    public long bytes() {
        return counts.entrySet().stream()
                .mapToLong(entry -> entry.getValue().times * entry.getKey().getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }

    /** The words, sorted by their bytes, so that the order does not depend on the order of the texts. */
    List<Word> sorted() {
        List<Word> sorted = new ArrayList<>(counts.size());
        counts.forEach((word, count) -> sorted.add(new Word(word.getBytes(StandardCharsets.UTF_8), count.times)));
        sorted.sort((a, b) -> Arrays.compareUnsigned(a.bytes, b.bytes));
        return sorted;
    }
}
