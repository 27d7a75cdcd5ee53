package dev.lancet.runtime.generate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/** Reads each token before it chooses the next. */
final class AutoregressiveDecoding implements TokenSource {

    private final PromptCache text;
    private final Sampler sampler;
    private final BitSet before = new BitSet();
    private int[] unread = {};

    AutoregressiveDecoding(PromptCache text, Sampler sampler) {
        this.text = text;
        this.sampler = sampler;
    }

    @Override
    public void start(int[] prompt, int most) {
        before.clear();
        Arrays.stream(prompt).forEach(before::set);
        unread = text.unread(prompt);
    }

    @Override
    public int next() {
        int next = sampler.pick(text.read(unread), text.length(), before);
        before.set(next);
        unread = new int[] {next};
        return next;
    }

    @Override
    public Optional<DraftStatistics> draft() {
        return Optional.empty();
    }
}
