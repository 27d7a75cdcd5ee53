package dev.lancet.runtime.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.chat.ChatTemplate;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts with a draft have the distribution of texts without one. */
class SpeculativeDecodingTest {

    private static final int VOCABULARY = 5;
    private static final int TEXTS = 30_000;
    private static final int[] PROMPT = {1, 4};

    /** A model whose logits after a token depend on the last two tokens, drawn by a seed. */
    private record Bigrams(int context, int vocabulary, long seed, double spread) implements TextEngine {

        Bigrams(long seed, double spread) {
            this(64, VOCABULARY, seed, spread);
        }

        float[] logits(int before, int last) {
            Random random = new Random(seed + 1000L * before + last);
            float[] logits = new float[vocabulary];
            for (int id = 0; id < vocabulary; id++) {
                logits[id] = (float) (spread * random.nextGaussian());
            }
            return logits;
        }

        @Override
        public PromptLimits limits() {
            return new PromptLimits("bigrams", vocabulary, context);
        }

        @Override
        public Tokenizer tokenizer() {
            throw new LancetException("tokenizer: bigrams have none");
        }

        @Override
        public Optional<ChatTemplate> chat() {
            return Optional.empty();
        }

        @Override
        public DecodingSession openSession() {
            List<Integer> read = new ArrayList<>();
            return new DecodingSession() {
                @Override
                public int length() {
                    return read.size();
                }

                @Override
                public float[] read(int... tokens) {
                    Arrays.stream(tokens).forEach(read::add);
                    assertThat(read).hasSizeLessThanOrEqualTo(context);
                    int last = read.size() - 1;
                    return logits(last == 0 ? 0 : read.get(last - 1), read.get(last));
                }

                @Override
                public void truncate(int length) {
                    read.subList(length, read.size()).clear();
                }

                @Override
                public void close() {
                    read.clear();
                }
            };
        }
    }

    /** How often each continuation by three tokens comes, over many seeds. */
    private static int[] counts(TextGenerator texts, Sampler sampler) {
        int[] counts = new int[VOCABULARY * VOCABULARY * VOCABULARY];
        for (int seed = 0; seed < TEXTS; seed++) {
            List<Integer> ids =
                    texts.generate(PROMPT, 3, sampler.seed(seed), id -> true).ids();
            counts[index(ids.get(0), ids.get(1), ids.get(2))]++;
        }
        return counts;
    }

    private static int index(int first, int second, int third) {
        return (first * VOCABULARY + second) * VOCABULARY + third;
    }

    /** Pearson's chi-square of counts against the probabilities of a model, divided by the degrees of freedom. */
    private static double chiSquare(int[] counts, Bigrams model, Sampler sampler) {
        double sum = 0;
        int possible = 0;
        for (int a = 0; a < VOCABULARY; a++) {
            for (int b = 0; b < VOCABULARY; b++) {
                for (int c = 0; c < VOCABULARY; c++) {
                    double expected = TEXTS
                            * probability(model, sampler, PROMPT[0], PROMPT[1], a, PROMPT)
                            * probability(model, sampler, PROMPT[1], a, b, PROMPT[0], PROMPT[1], a)
                            * probability(model, sampler, a, b, c, PROMPT[0], PROMPT[1], a, b);
                    int counted = counts[index(a, b, c)];
                    if (expected == 0) {
                        assertThat(counted).isZero();
                    } else {
                        sum += (counted - expected) * (counted - expected) / expected;
                        possible++;
                    }
                }
            }
        }
        return sum / (possible - 1);
    }

    private static double probability(Bigrams model, Sampler sampler, int before, int last, int next, int... text) {
        BitSet seen = new BitSet();
        Arrays.stream(text).forEach(seen::set);
        return sampler.probabilities(model.logits(before, last), seen)[next];
    }

    /** Chi-square by degree of freedom has mean 1 and, with 124 of them, standard deviation 0.13. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void sampled_texts_have_the_distribution_of_the_large_model(int ahead) {
        Bigrams large = new Bigrams(7, 1);
        Bigrams small = new Bigrams(8, 1);
        Sampler sampler = Sampler.at(0.9);

        int[] counts = counts(new TextGenerator(large, new DraftModel(small, ahead)), sampler);

        assertThat(chiSquare(counts, large, sampler)).isBetween(0.5, 1.5);
        assertThat(chiSquare(counts, small, sampler)).isGreaterThan(50);
    }

    @Test
    void filters_and_penalties_hold_for_texts_with_a_draft() {
        Bigrams large = new Bigrams(7, 1);
        Sampler sampler = Sampler.at(1.2).topK(3).repetitionPenalty(1.5);

        int[] counts = counts(new TextGenerator(large, new DraftModel(new Bigrams(8, 1), 2)), sampler);

        assertThat(chiSquare(counts, large, sampler)).isBetween(0.3, 1.9);
    }

    /** Leviathan et al., theorem 3.5: the mean over tokens of min(p, q) is the chance that a proposal is taken. */
    @Test
    void proposals_are_taken_as_often_as_the_distributions_overlap() {
        Bigrams large = new Bigrams(7, 1);
        Bigrams small = new Bigrams(9, 1);
        double overlap = 0;
        for (int id = 0; id < VOCABULARY; id++) {
            overlap += Math.min(
                    probability(large, Sampler.at(1), PROMPT[0], PROMPT[1], id),
                    probability(small, Sampler.at(1), PROMPT[0], PROMPT[1], id));
        }
        TextGenerator texts = new TextGenerator(large, new DraftModel(small, 1));
        int accepted = 0;
        for (int seed = 0; seed < TEXTS; seed++) {
            DraftStatistics use = texts.generate(PROMPT, 2, Sampler.at(1).seed(seed), id -> true)
                    .draft()
                    .orElseThrow();
            assertThat(use.proposed()).isEqualTo(1);
            accepted += (int) use.accepted();
        }

        assertThat(overlap).isBetween(0.2, 0.9);
        assertThat((double) accepted / TEXTS).isCloseTo(overlap, within(0.012));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7})
    void greedy_texts_are_those_without_a_draft_up_to_the_end_of_the_context(int ahead) {
        Bigrams large = new Bigrams(40, VOCABULARY, 7, 1);
        List<Integer> alone = new TextGenerator(large)
                .generate(PROMPT, 100, Sampler.greedy(), id -> true)
                .ids();
        assertThat(alone).hasSize(39);

        for (Bigrams small : List.of(large, new Bigrams(9, 1), new Bigrams(20, VOCABULARY, 7, 1))) {
            TextGenerator texts = new TextGenerator(large, new DraftModel(small, ahead));
            List<Integer> eager = new ArrayList<>();
            assertThat(texts.generate(PROMPT, 100, Sampler.greedy(), eager::add).ids())
                    .isEqualTo(alone);
            assertThat(eager).isEqualTo(alone);
            int[] other = {1, 4, alone.get(0), 2};
            assertThat(texts.generate(other, 20, Sampler.greedy(), id -> true).ids())
                    .isEqualTo(new TextGenerator(large)
                            .generate(other, 20, Sampler.greedy(), id -> true)
                            .ids());
        }
    }

    @Test
    void a_draft_that_is_the_model_itself_has_every_proposal_accepted() {
        Bigrams model = new Bigrams(7, 1);
        TextGenerator texts = new TextGenerator(model, new DraftModel(model, 3));

        for (Sampler sampler : List.of(Sampler.greedy(), Sampler.at(1))) {
            DraftStatistics use =
                    texts.generate(PROMPT, 41, sampler, id -> true).draft().orElseThrow();
            assertThat(use.proposed()).isEqualTo(30);
            assertThat(use.share()).isEqualTo(1);
        }
    }

    @Test
    void another_vocabulary_is_refused() {
        Bigrams six = new Bigrams(64, 6, 7, 1);
        assertThatThrownBy(() -> new TextGenerator(new Bigrams(7, 1), new DraftModel(six, 2)))
                .isInstanceOf(LancetException.class)
                .hasMessage("draft: bigrams has a vocabulary of 6, and bigrams one of 5; take a draft with the same"
                        + " tokens, such as the compressed model");
        assertThatThrownBy(() -> new DraftModel(six, 65))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("draft-tokens: 65");
    }
}
