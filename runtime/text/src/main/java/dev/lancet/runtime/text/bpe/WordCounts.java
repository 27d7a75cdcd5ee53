package dev.lancet.runtime.text.bpe;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often each word occurs in some texts: all that learning merges has to know of them. */
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

    private final Map<String, Count> counts = new HashMap<>(1 << 16);
    private long words;

    /** Counts the words of one text. */
    public void add(String text) {
        Splitter.split(text, 0, text.length(), (from, to) -> {
            counts.computeIfAbsent(text.substring(from, to), word -> new Count()).times++;
            words++;
        });
    }

    /** Words seen, each time they were seen. */
    public long words() {
        return words;
    }

    /** Different words seen. */
    public int different() {
        return counts.size();
    }

    /** Bytes of the words, each time they were seen. */
    public long bytes() {
        return counts.entrySet().stream()
                .mapToLong(entry -> entry.getValue().times * entry.getKey().getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }

    /** The words by their bytes: an order that does not hang on the order of the texts. */
    List<Word> sorted() {
        List<Word> sorted = new ArrayList<>(counts.size());
        counts.forEach((word, count) -> sorted.add(new Word(word.getBytes(StandardCharsets.UTF_8), count.times)));
        sorted.sort((a, b) -> Arrays.compareUnsigned(a.bytes, b.bytes));
        return sorted;
    }
}
