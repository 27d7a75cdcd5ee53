package dev.lancet.runtime.text.bpe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntConsumer;

/**
 * Learns merges (Sennrich et al., <i>Neural Machine Translation of Rare Words with Subword Units</i>, arXiv 1508.07909,
 * algorithm 1). It repeatedly merges the most frequent pair of neighbouring tokens into a new token. Of equally
 * frequent pairs it takes the one with the smaller left id, then the one with the smaller right id. So the result is
 * the same on every machine, and the same as that of Hugging Face's trainer.
 *
 * <p>A token has at most {@value #LONGEST_TOKEN} bytes; Hugging Face's trainer has no limit unless it is given one.
 *
 * <p>Counts are updated, not recomputed: a merge visits only the words that contain its pair.
 */
final class MergeLearner {

    private static final int ALL = -1;

    /** The most bytes of a learnt token: a rule of 200,000 dashes would double tokens up to the length of the text. */
    static final int LONGEST_TOKEN = 256;

    /** A pair of neighbours, and the words that contain or once contained it. */
    private static final class Pair {
        private final int left;
        private final int right;
        private long count;
        private int[] words = new int[4];
        private int seen;

        Pair(int left, int right) {
            this.left = left;
            this.right = right;
        }

        void seenIn(int word) {
            if (seen > 0 && words[seen - 1] == word) {
                return;
            }
            if (seen == words.length) {
                words = Arrays.copyOf(words, 2 * seen);
            }
            words[seen++] = word;
        }
    }

    /** A pair with its count when it was queued; its current count may be lower. */
    private record Queued(Pair pair, long count) implements Comparable<Queued> {
        @Override
        public int compareTo(Queued other) {
            int byCount = Long.compare(other.count, count);
            int byLeft = byCount != 0 ? byCount : Integer.compare(pair.left, other.pair.left);
            return byLeft != 0 ? byLeft : Integer.compare(pair.right, other.pair.right);
        }
    }

    private final List<byte[]> tokens;
    private final Map<String, Integer> ids = new HashMap<>();
    private final int[][] words;
    private final long[] times;
    private final Map<Long, Pair> pairs = new HashMap<>();
    private final Map<Pair, Long> changes = new HashMap<>();
    private final PriorityQueue<Queued> queue = new PriorityQueue<>();

    /**
     * A learner that has not merged anything yet.
     *
     * @param tokens the initial tokens by id: 256 of one byte, and special ones as empty arrays. Learning adds new
     * tokens
     */
    MergeLearner(List<byte[]> tokens, List<WordCounts.Word> counted) {
        this.tokens = tokens;
        int[] ofByte = new int[Alphabet.SIZE];
        for (int id = 0; id < tokens.size(); id++) {
            byte[] token = tokens.get(id);
            if (token.length == 1) {
                ofByte[token[0] & 0xff] = id;
                ids.put(Alphabet.text(token), id);
            }
        }
        words = new int[counted.size()][];
        times = new long[counted.size()];
        for (int w = 0; w < words.length; w++) {
            byte[] bytes = counted.get(w).bytes;
            words[w] = new int[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                words[w][i] = ofByte[bytes[i] & 0xff];
            }
            times[w] = counted.get(w).times;
            count(w, times[w], ALL);
        }
        queueChanged();
    }

    /** Learns until there are {@code size} tokens, or until no pair occurs often enough. */
    List<TokenMerge> learn(int vocabulary, long minimumFrequency, IntConsumer each) {
        List<TokenMerge> merges = new ArrayList<>();
        while (tokens.size() < vocabulary) {
            Queued top = queue.poll();
            if (top == null || top.count < Math.max(1, minimumFrequency)) {
                break;
            }
            Pair pair = top.pair;
            if (top.count != pair.count) {
                if (pair.count > 0) {
                    queue.add(new Queued(pair, pair.count));
                }
                continue;
            }
            if (tokens.get(pair.left).length + tokens.get(pair.right).length > LONGEST_TOKEN) {
                continue;
            }
            int whole = token(pair);
            merges.add(new TokenMerge(pair.left, pair.right, whole));
            for (int i = 0; i < pair.seen; i++) {
                merge(pair.words[i], pair, whole);
            }
            queueChanged();
            each.accept(tokens.size());
        }
        return merges;
    }

    /** The current number of tokens of all words, counting repetitions. */
    long length() {
        long length = 0;
        for (int w = 0; w < words.length; w++) {
            length += times[w] * words[w].length;
        }
        return length;
    }

    /** The id of the merged token. Two pairs can give the same bytes; they share one token. */
    private int token(Pair pair) {
        byte[] left = tokens.get(pair.left);
        byte[] right = tokens.get(pair.right);
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        Integer there = ids.putIfAbsent(Alphabet.text(both), tokens.size());
        if (there != null) {
            return there;
        }
        tokens.add(both);
        return tokens.size() - 1;
    }

    private void merge(int w, Pair pair, int whole) {
        int[] before = words[w];
        int at = 0;
        while (at + 1 < before.length && (before[at] != pair.left || before[at + 1] != pair.right)) {
            at++;
        }
        if (at + 1 >= before.length) {
            return;
        }
        count(w, -times[w], whole);
        int[] after = new int[before.length - 1];
        System.arraycopy(before, 0, after, 0, at);
        int size = at;
        while (at < before.length) {
            boolean here = at + 1 < before.length && before[at] == pair.left && before[at + 1] == pair.right;
            after[size++] = here ? whole : before[at];
            at += here ? 2 : 1;
        }
        words[w] = Arrays.copyOf(after, size);
        count(w, times[w], whole);
    }

    /**
     * Adds to the counts of all pairs of a word. If the word has a new token, only that token's pairs are registered
     * again.
     */
    private void count(int w, long change, int fresh) {
        int[] word = words[w];
        for (int i = 0; i + 1 < word.length; i++) {
            int left = word[i];
            int right = word[i + 1];
            Pair pair = pairs.computeIfAbsent(((long) left << 32) | right, key -> new Pair(left, right));
            changes.merge(pair, change, Long::sum);
            if (change > 0 && (fresh == ALL || left == fresh || right == fresh)) {
                pair.seenIn(w);
            }
        }
    }

    private void queueChanged() {
        changes.forEach((pair, change) -> {
            pair.count += change;
            if (pair.count == 0) {
                pairs.remove(((long) pair.left << 32) | pair.right);
            } else if (change > 0) {
                queue.add(new Queued(pair, pair.count));
            }
        });
        changes.clear();
    }
}
