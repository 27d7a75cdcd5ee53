package dev.lancet.runtime.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.LancetException;
import java.util.BitSet;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SamplerTest {

    @Test
    void greedy_takes_the_likeliest_and_of_equals_the_lowest() {
        assertThat(Sampler.greedy().pick(new float[] {0, 3, 1, 3}, 7)).isEqualTo(1);
    }

    @Test
    void draws_follow_the_softmax() {
        Sampler sampler = new Sampler(2, 1, 42);
        float[] logits = {0, (float) (2 * Math.log(2)), (float) (2 * Math.log(5)), Float.NEGATIVE_INFINITY};

        double[] share = shares(sampler, logits, 40_000);

        assertThat(share[0]).isCloseTo(1 / 8.0, within(0.01));
        assertThat(share[1]).isCloseTo(2 / 8.0, within(0.01));
        assertThat(share[2]).isCloseTo(5 / 8.0, within(0.01));
        assertThat(share[3]).isZero();
    }

    @Test
    void the_nucleus_is_the_fewest_tokens_that_reach_the_share() {
        float[] logits = {(float) Math.log(1), (float) Math.log(4), (float) Math.log(3), (float) Math.log(2)};

        double[] share = shares(new Sampler(1, 0.6, 1), logits, 40_000);

        assertThat(share[1]).isCloseTo(4 / 7.0, within(0.01));
        assertThat(share[2]).isCloseTo(3 / 7.0, within(0.01));
        assertThat(share[0] + share[3]).isZero();
    }

    @Test
    void a_draw_depends_on_seed_and_position_alone() {
        float[] logits = new float[1000];
        int[] ids = IntStream.range(0, 8)
                .map(at -> new Sampler(1, 1, 42).pick(logits, at))
                .toArray();

        assertThat(ids)
                .isEqualTo(IntStream.range(0, 8)
                        .map(at -> new Sampler(1, 1, 42).pick(logits, at))
                        .toArray());
        assertThat(ids).containsExactly(343, 955, 486, 67, 676, 67, 195, 734);
        assertThat(new Sampler(1, 1, 43).pick(logits, 0)).isNotEqualTo(ids[0]);
    }

    @Property(tries = 200)
    void a_tiny_nucleus_is_greedy(
            @ForAll @Size(min = 1, max = 50) float @FloatRange(min = -30, max = 30) [] logits,
            @ForAll @DoubleRange(min = 0.1, max = 5) double temperature,
            @ForAll long seed) {
        int id = new Sampler(temperature, 1e-9, seed).pick(logits, 3);

        assertThat(logits[id]).isEqualTo(logits[Sampler.greedy().pick(logits, 0)]);
    }

    @Test
    void broken_logits_are_named() {
        assertThatThrownBy(() -> Sampler.greedy().pick(new float[] {1, Float.NaN}, 0))
                .isInstanceOf(LancetException.class)
                .hasMessage("generate: logit 1 is NaN; the weights are broken, or training diverged");
    }

    @Test
    void numbers_out_of_range_are_refused() {
        assertThatThrownBy(() -> new Sampler(-1, 1, 0)).hasMessage("temperature: -1.0; it must be 0 or more");
        assertThatThrownBy(() -> new Sampler(1, 0, 0)).hasMessage("top-p: 0.0; it must be over 0 and at most 1");
        assertThatThrownBy(() -> Sampler.at(1).topK(-1))
                .hasMessage("top-k: -1; it must be 1 or more, or 0 for all tokens");
        assertThatThrownBy(() -> Sampler.at(1).minP(2)).hasMessage("min-p: 2.0; it must be from 0 to 1");
        assertThatThrownBy(() -> Sampler.at(1).repetitionPenalty(0))
                .hasMessage("repetition penalty: 0.0; it must be over 0, and 1 is none");
    }

    @Test
    void of_equally_likely_tokens_top_k_takes_the_lowest() {
        double[] share = Sampler.at(1).topK(2).probabilities(new float[] {1, 3, 2, 2}, new BitSet());

        assertThat(share[1] + share[2]).isCloseTo(1, within(1e-12));
        assertThat(share[0] + share[3]).isZero();
    }

    @Test
    void the_penalty_reaches_greedy_sampling() {
        BitSet before = new BitSet();
        before.set(1);

        assertThat(Sampler.greedy().repetitionPenalty(2).pick(new float[] {1.6f, 3}, 5, before))
                .isZero();
        assertThat(Sampler.greedy().pick(new float[] {1.6f, 3}, 5, before)).isEqualTo(1);
    }

    @Property(tries = 100)
    void draws_follow_the_probabilities_of_all_filters_together(@ForAll long seed) {
        Sampler sampler = Sampler.at(1.5)
                .topK(5)
                .topP(0.9)
                .minP(0.1)
                .repetitionPenalty(1.2)
                .seed(seed);
        float[] logits = {0.5f, 2, -1, 1.5f, 1, 0, 2.5f};
        BitSet before = new BitSet();
        before.set(6);
        before.set(2);
        double[] expected = sampler.probabilities(logits, before);
        double[] share = new double[logits.length];
        for (int at = 0; at < 4000; at++) {
            share[sampler.pick(logits, at, before)] += 1.0 / 4000;
        }

        for (int id = 0; id < logits.length; id++) {
            assertThat(share[id]).isCloseTo(expected[id], within(0.04));
        }
    }

    private static double[] shares(Sampler sampler, float[] logits, int draws) {
        double[] share = new double[logits.length];
        for (int at = 0; at < draws; at++) {
            share[sampler.pick(logits, at)] += 1.0 / draws;
        }
        return share;
    }
}
