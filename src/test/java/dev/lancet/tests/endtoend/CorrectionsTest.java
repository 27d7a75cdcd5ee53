package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.attention;
import static dev.lancet.Lancet.correction;
import static dev.lancet.Lancet.feedForward;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.lora;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Correction;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.runtime.Model;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models with corrections of what rounding lost: computed, saved, opened, trained and written elsewhere. */
class CorrectionsTest {

    private static final Fixture STORIES = Fixture.named("stories260K-hf");

    @TempDir
    Path folder;

    private static Compression bits(Precision precision) {
        return Compression.keepAll().on(linears()).quantize(precision);
    }

    private static Compression corrected(Precision precision, Correction correction) {
        return Compression.keepAll().on(linears()).quantize(precision, correction);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf-gpt2-tiny", "hf-llama-tiny-gqa"})
    void the_graph_computes_with_the_matrices_that_the_correction_stands_for(String name) {
        Fixture fixture = Fixture.named(name);
        for (Precision precision : List.of(int8(), int4(4), Precision.nf4(8))) {
            try (Model model = Model.open(fixture.folder());
                    Model small = model.compress(corrected(precision, correction(3)));
                    Model dense = small.compress(model.plan())) {
                assertThat(difference(small.logits(fixture.inputIds()), dense.logits(fixture.inputIds())))
                        .isLessThan(1e-4);
                assertThat(small.losses()).allMatch(loss -> loss.relativeFrobenius() > 0);
            }
        }
    }

    @Test
    void every_matrix_and_the_logits_come_nearer_to_the_original() {
        try (Model model = Model.open(STORIES.folder());
                Model plain = model.compress(bits(int4(32)));
                Model small = model.compress(corrected(int4(32), correction(16)))) {
            for (int i = 0; i < plain.losses().size(); i++) {
                assertThat(small.losses().get(i).weight())
                        .isEqualTo(plain.losses().get(i).weight());
                assertThat(small.losses().get(i).relativeFrobenius())
                        .isLessThan(plain.losses().get(i).relativeFrobenius());
            }
            float[] exact = model.logits(STORIES.inputIds());
            assertThat(distance(small.logits(STORIES.inputIds()), exact))
                    .isLessThan(distance(plain.logits(STORIES.inputIds()), exact));
        }
    }

    @Test
    void a_corrected_model_is_saved_opened_and_written_for_hugging_face() {
        Correction halves = correction(5).storedIn(Precision.bfloat16());
        Compression diet = corrected(int4(32), correction(4))
                .plus(Compression.keepAll().on(attention()).quantize(int8(), halves));
        try (Model model = Model.open(STORIES.folder());
                Model small = model.compress(diet)) {
            small.save(folder.resolve("small"));
            float[] wanted = small.logits(STORIES.inputIds());
            try (Model again = Model.open(folder.resolve("small"))) {
                assertThat(again.plan()).isEqualTo(small.plan());
                assertThat(again.plan().step("h.0.attn.q").correction()).contains(halves);
                assertThat(again.logits(STORIES.inputIds())).containsExactly(wanted);
                again.saveHuggingFace(folder.resolve("out"));
            }
            try (Model floats = Model.open(folder.resolve("out"))) {
                assertThat(floats.plan().changes()).isFalse();
                assertThat(difference(floats.logits(STORIES.inputIds()), wanted))
                        .isLessThan(0.05);
            }
        }
    }

    @Test
    void adapters_are_trained_beside_a_correction_that_stays_as_it_is() {
        Compression diet = corrected(int4(32), correction(4))
                .plus(Compression.keepAll().on(feedForward()).quantize(int4(32), correction(4), lora(3)));
        try (Model model = Model.open(STORIES.folder());
                Model plain = model.compress(corrected(int4(32), correction(4)));
                Model adapted = model.compress(diet)) {
            float[] before = plain.logits(STORIES.inputIds());
            assertThat(difference(adapted.logits(STORIES.inputIds()), before)).isLessThan(1e-4);
            adapted.train(ids(), new int[0], adamW(6, 5e-3).batch(4).sequence(32));
            for (ArraySpec array : plain.plan().arrays()) {
                assertThat(adapted.weights().read(array.name()))
                        .as(array.name())
                        .isEqualTo(plain.weights().read(array.name()));
            }
            float[] trained = adapted.logits(STORIES.inputIds());
            double moved = difference(trained, before);
            assertThat(moved).isGreaterThan(0.1);
            try (Model merged = adapted.merge()) {
                assertThat(merged.plan().step("h.0.mlp.up").correction()).contains(correction(4));
                assertThat(difference(merged.logits(STORIES.inputIds()), trained))
                        .isLessThan(moved);
            }
        }
    }

    @Test
    void what_stays_in_float32_is_trained_beside_frozen_codes_and_corrections() {
        Compression diet = Compression.keepAll().on(attention()).quantize(int8(), correction(4));
        try (Model model = Model.open(STORIES.folder());
                Model small = model.compress(diet)) {
            var before = small.weights().read("h.0.attn.q.correction.a");
            float[] up = small.weights().read("h.0.mlp.up").floats();
            small.train(ids(), new int[0], adamW(3, 1e-3).batch(2).sequence(32));
            assertThat(small.weights().read("h.0.attn.q.correction.a")).isEqualTo(before);
            assertThat(small.weights().read("h.0.mlp.up").floats()).isNotEqualTo(up);
        }
    }

    @Test
    void a_fresh_model_may_be_declared_with_corrections_of_nothing() {
        try (Model model = Model.open(STORIES.folder());
                Model small = Model.create(model.transformer(), corrected(int8(), correction(2)), 3);
                Model plain = Model.create(model.transformer(), bits(int8()), 3)) {
            assertThat(small.logits(STORIES.inputIds()))
                    .containsExactly(plain.logits(STORIES.inputIds()), within(1e-6f));
        }
    }

    private static double difference(float[] a, float[] b) {
        double most = 0;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]));
        }
        return most;
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.pow((double) a[i] - b[i], 2);
        }
        return Math.sqrt(sum);
    }

    private static int[] ids() {
        return new Random(5).ints(4_000, 3, 40).toArray();
    }
}
