package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.attention;
import static dev.lancet.Lancet.bfloat16;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.rank;
import static dev.lancet.Lancet.silu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.GraphDef;

/** Models with a nonlinearity between the factors of their layers, from fresh weights to the saved folder. */
class NonlinearFactorsTest {

    private static final int[] TEXT = TinyModel.text(4_000);
    private static final int[] HELD = TinyModel.text(600);
    private static final Compression BENT = Compression.keepAll().on(linears()).factorise(rank(8), silu());

    @TempDir
    Path folder;

    @Test
    void they_learn_and_come_back_from_their_folder_with_the_same_scores_and_tokens() {
        try (Model model = Model.create(TinyModel.llama(), BENT, 1)) {
            double before = model.evaluate(HELD, 17).loss();
            model.train(TEXT, HELD, adamW(150, 5e-3).batch(8).sequence(16).seed(3));
            assertThat(model.evaluate(HELD, 17).loss()).isLessThan(0.62 * before);
            model.save(folder.resolve("model"));
            try (Model back = Model.open(folder.resolve("model"))) {
                assertThat(back.plan()).isEqualTo(model.plan());
                int[][] ids = {Arrays.copyOf(HELD, 20)};
                assertThat(back.logits(ids)).isEqualTo(model.logits(ids));
                assertThat(continued(back)).containsExactly(continued(model)).hasSize(8);
            }
        }
    }

    @Test
    void decoding_with_a_cache_takes_the_tokens_that_scoring_finds_likeliest() {
        try (Model model = Model.create(TinyModel.llama(), BENT, 1)) {
            int[] more = continued(model);
            int[] all = Arrays.copyOf(HELD, 12 + more.length);
            System.arraycopy(more, 0, all, 12, more.length);
            float[] logits = model.logits(new int[][] {all});
            for (int i = 0; i < more.length; i++) {
                float[] row = Arrays.copyOfRange(logits, (11 + i) * 48, (12 + i) * 48);
                float most = row[more[i]];
                for (float other : row) {
                    assertThat(other).isLessThanOrEqualTo(most + 1e-5f);
                }
            }
        }
    }

    private static int[] continued(Model model) {
        return model.generate(Arrays.copyOf(HELD, 12), 8, Sampler.greedy(), OptionalInt.empty(), token -> {});
    }

    @Test
    void the_nonlinearity_is_no_identity() {
        Compression plain = Compression.keepAll().on(linears()).factorise(rank(8));
        try (Model bent = Model.create(TinyModel.llama(), BENT, 1);
                Model straight = Model.create(TinyModel.llama(), plain, 1)) {
            int[][] ids = {Arrays.copyOf(HELD, 20)};
            assertThat(bent.weights().read("h.0.attn.q.left").toArray())
                    .isEqualTo(straight.weights().read("h.0.attn.q.left").toArray());
            assertThat(bent.logits(ids)).isNotEqualTo(straight.logits(ids));
        }
    }

    static List<Precision> fewerBits() {
        return List.of(int8(), bfloat16());
    }

    @ParameterizedTest
    @MethodSource("fewerBits")
    void their_factors_may_be_stored_in_fewer_bits(Precision bits) {
        try (Model model = Model.create(TinyModel.llama(), BENT, 1);
                Model packed =
                        model.compress(Compression.keepAll().on(everything()).quantize(bits))) {
            assertThat(packed.plan().step("h.0.attn.q").between()).contains(silu());
            assertThat(packed.losses()).isNotEmpty().allSatisfy(loss -> assertThat(loss.relativeFrobenius())
                    .isBetween(1e-4, 0.02));
            assertThat(packed.evaluate(HELD, 17).loss())
                    .isCloseTo(model.evaluate(HELD, 17).loss(), within(0.02));
            GraphDef once = Surgeon.operate(Blueprint.scoring(packed.transformer()), packed.plan())
                    .graph();
            assertThat(Surgeon.operate(once, packed.plan()).graph()).isSameAs(once);
        }
    }

    @Test
    void trained_weights_are_neither_cut_into_them_nor_put_together_from_them() {
        try (Model dense = Model.create(TinyModel.llama(), 1);
                Model bent = Model.create(TinyModel.llama(), BENT, 1)) {
            assertThatThrownBy(() -> dense.compress(BENT))
                    .isInstanceOf(LancetException.class)
                    .hasMessage("compress: h.0.attn.q has trained weights, and no truncation gives factors with"
                            + " silu() between them; leave it out, or train such a model from fresh weights");
            assertThatThrownBy(() -> bent.compress(Plan.dense(TinyModel.llama())))
                    .isInstanceOf(LancetException.class)
                    .hasMessage("compress: h.0.attn.q was trained with silu() between its factors of rank 8, so it"
                            + " cannot be factored again or multiplied out; keep both, as quantize(int8()) does");
            assertThatThrownBy(() ->
                            bent.compress(Compression.keepAll().on(attention()).factorise(rank(4))))
                    .hasMessageContaining("was trained with silu() between its factors of rank 8");
            assertThatThrownBy(() -> bent.saveHuggingFace(folder.resolve("hf")))
                    .hasMessageContaining("was trained with silu() between its factors of rank 8");
            assertThat(folder.resolve("hf")).doesNotExist();
        }
    }
}
