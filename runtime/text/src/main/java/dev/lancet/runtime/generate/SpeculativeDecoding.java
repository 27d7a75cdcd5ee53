package dev.lancet.runtime.generate;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.Optional;

/**
 * Lets a small model propose some tokens, which the large model then reads in one run (Leviathan, Kalman and Matias, "Fast
 * Inference from Transformers via Speculative Decoding", 2023, algorithm 1). A proposal {@code x} is taken with probability
 * {@code min(1, p(x)/q(x))}, where the large model has the probabilities {@code p} and the small one {@code q}, both after
 * the filters of the sampler. After the first that is not taken, a token with probabilities proportional to {@code max(0, p −
 * q)} stands in its place. So the tokens have the distribution {@code p}, whatever the small model is. At temperature 0 the
 * tokens are those of the large model alone.
 */
final class SpeculativeDecoding implements TokenSource {

    private final PromptCache large;
    private final PromptCache small;
    private final DraftModel draft;
    private final int context;
    private final Sampler sampler;
    private final Deque<Integer> ready = new ArrayDeque<>();
    private final BitSet before = new BitSet();
    private int[] text = {};
    private int wanted;
    private long proposed;
    private long accepted;

    /**
     * A decoding.
     *
     * @param large a session of the large model
     * @param small a session of the small one
     * @param context the most tokens that the large model reads
     */
    SpeculativeDecoding(PromptCache large, PromptCache small, DraftModel draft, int context, Sampler sampler) {
        this.large = large;
        this.small = small;
        this.draft = draft;
        this.context = context;
        this.sampler = sampler;
    }

    @Override
    public void start(int[] prompt, int most) {
        text = prompt.clone();
        wanted = most;
        ready.clear();
        before.clear();
        Arrays.stream(prompt).forEach(before::set);
        proposed = 0;
        accepted = 0;
    }

    @Override
    public int next() {
        if (ready.isEmpty()) {
            round();
        }
        wanted--;
        return ready.remove();
    }

    @Override
    public Optional<DraftStatistics> draft() {
        return Optional.of(new DraftStatistics(proposed, accepted));
    }

    private void round() {
        int known = text.length;
        int count = proposals();
        int[] run = new int[count + 1];
        run[0] = text[known - 1];
        double[][] chances = new double[count][];
        propose(run, chances);
        large.keep(text, known - 1);
        float[] logits = large.readEach(run);
        int vocabulary = logits.length / run.length;
        for (int i = 0; i <= count; i++) {
            float[] row = Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary);
            if (i == count) {
                add(sampler.pick(row, (long) known + count, before));
                return;
            }
            int next = decided(row, run[i + 1], chances[i], (long) known + i);
            add(next);
            if (next != run[i + 1]) {
                return;
            }
            accepted++;
        }
    }

    /** How many tokens to propose: both models must have room to read them, and each may be wanted but the last. */
    private int proposals() {
        int room = Math.min(context - text.length, draft.engine().limits().context() - text.length + 1);
        return Math.max(0, Math.min(Math.min(draft.tokens(), wanted - 1), room));
    }

    /**
     * Proposes tokens.
     *
     * @param run takes them, after its first element
     * @param chances takes for each the probabilities from which it was drawn, {@code [proposals][vocabulary]}; unchanged at
     *     temperature 0
     */
    private void propose(int[] run, double[][] chances) {
        BitSet seen = (BitSet) before.clone();
        for (int i = 0; i < chances.length; i++) {
            float[] logits = i == 0 ? small.start(text) : small.read(run[i]);
            long position = (long) text.length + i;
            if (sampler.temperature() == 0) {
                run[i + 1] = sampler.pick(logits, position, seen);
            } else {
                chances[i] = sampler.probabilities(logits, seen);
                run[i + 1] = drawn(chances[i], sampler.uniform(position, Sampler.RandomUse.PROPOSAL));
            }
            seen.set(run[i + 1]);
        }
        proposed += chances.length;
    }

    /**
     * The token at a position: the proposal if it is taken, otherwise another one.
     *
     * @param logits of the large model
     * @param chances the probabilities from which the proposal was drawn
     */
    private int decided(float[] logits, int proposal, double[] chances, long position) {
        if (sampler.temperature() == 0) {
            return sampler.pick(logits, position, before);
        }
        double[] own = sampler.probabilities(logits, before);
        if (sampler.uniform(position, Sampler.RandomUse.ACCEPTANCE) * chances[proposal] < own[proposal]) {
            return proposal;
        }
        for (int id = 0; id < own.length; id++) {
            own[id] = Math.max(0, own[id] - chances[id]);
        }
        return drawn(own, sampler.uniform(position, Sampler.RandomUse.REPLACEMENT));
    }

    /** An id, drawn with these weights by a random number from 0 up to 1. */
    private static int drawn(double[] weights, double fraction) {
        double mark = fraction * Arrays.stream(weights).sum();
        double passed = 0;
        int last = 0;
        for (int id = 0; id < weights.length; id++) {
            passed += weights[id];
            last = weights[id] > 0 ? id : last;
            if (mark < passed) {
                return id;
            }
        }
        return last;
    }

    private void add(int token) {
        ready.add(token);
        before.set(token);
        text = Arrays.copyOf(text, text.length + 1);
        text[text.length - 1] = token;
    }
}
