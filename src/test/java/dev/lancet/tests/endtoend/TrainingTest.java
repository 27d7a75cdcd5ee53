package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.embedding;
import static dev.lancet.Lancet.feedForward;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linear;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.muon;
import static dev.lancet.Lancet.named;
import static dev.lancet.Lancet.ratio;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import dev.lancet.runtime.train.state.TrainingFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingTest {

    private static final int[] TEXT = TinyModel.text(4_000);
    private static final int[] HELD = TinyModel.text(600);
    private static final TokenIds IDS = TokenIds.of(TEXT);
    private static final TokenIds HELD_IDS = TokenIds.of(HELD);
    private static final Training SHORT = adamW(40, 3e-3).batch(4).sequence(16).seed(3);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_dense_and_a_low_rank_model_both_learn_the_text(boolean lowRank) {
        Compression compression =
                lowRank ? Compression.keepAll().on(linears()).factorise(ratio(0.5)) : Compression.keepAll();
        for (Transformer transformer : new Transformer[] {TinyModel.llama(), TinyModel.gpt2()}) {
            try (Model model = Model.create(transformer, compression, 1)) {
                double before = model.evaluate(HELD, 17).loss();
                model.train(TEXT, HELD, adamW(150, 5e-3).batch(8).sequence(16).seed(3));
                assertThat(before).isBetween(3.7, 4.1);
                assertThat(model.evaluate(HELD, 17).loss()).isLessThan(2.2);
                assertThat(model.log().orElseThrow().validationLoss().orElseThrow())
                        .isLessThan(2.2);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void muon_learns_the_text(boolean lowRank) {
        Compression compression =
                lowRank ? Compression.keepAll().on(linears()).factorise(ratio(0.5)) : Compression.keepAll();
        try (Model model = Model.create(TinyModel.llama(), compression, 1)) {
            model.train(
                    TEXT, HELD, muon(100, 0.02).adam(5e-3).batch(8).sequence(16).seed(3));
            assertThat(model.evaluate(HELD, 17).loss()).isLessThan(2.2);
        }
    }

    @Test
    void gradients_of_two_batches_make_the_step_of_one_of_twice_the_size() {
        try (Model whole = Model.create(TinyModel.llama(), 1);
                Model parts = Model.create(TinyModel.llama(), 1)) {
            whole.train(TEXT, HELD, SHORT.batch(4));
            parts.train(TEXT, HELD, SHORT.batch(2).accumulate(2));
            assertThat(losses(parts)).hasSameSizeAs(losses(whole));
            for (int step = 0; step < losses(whole).size(); step++) {
                assertThat(losses(parts).get(step)).isCloseTo(losses(whole).get(step), within(2e-3));
            }
        }
    }

    @Test
    void blocks_that_are_computed_again_give_the_same_losses() {
        try (Model kept = Model.create(TinyModel.llama(), 1);
                Model again = Model.create(TinyModel.llama(), 1)) {
            kept.train(TEXT, HELD, SHORT);
            again.train(TEXT, HELD, SHORT.checkpointing());
            for (int step = 0; step < losses(kept).size(); step++) {
                assertThat(losses(again).get(step)).isCloseTo(losses(kept).get(step), within(1e-4));
            }
        }
    }

    private static List<Double> losses(Model model) {
        return model.log().orElseThrow().points().stream()
                .map(TrainingLog.Point::loss)
                .toList();
    }

    @Test
    void a_group_that_selects_nothing_is_refused() {
        try (Model model = Model.create(TinyModel.llama(), 1)) {
            assertThatThrownBy(() -> model.train(TEXT, HELD, SHORT.noDecay(named("h.9.*"))))
                    .isInstanceOf(LancetException.class)
                    .hasMessageStartingWith("training: noDecay(named(\"h.9.*\")) selects nothing in ");
        }
    }

    @Test
    @Tag("slow")
    void the_decay_of_a_product_is_another_than_that_of_its_factors() {
        Plan plan =
                Plan.of(TinyModel.llama(), Compression.keepAll().on(linears()).factorise(ratio(0.5)));
        assertThat(trained(plan, SHORT.decayProduct(linears(), 0.1))).isNotEqualTo(trained(plan, SHORT));
        Plan dense = Plan.dense(TinyModel.llama());
        assertThat(trained(dense, SHORT.decayProduct(linears(), 0.1))).isEqualTo(trained(dense, SHORT));
    }

    @Test
    @Tag("slow")
    void the_rate_of_the_embedding_alone_moves_what_is_learned() {
        String plain = trained(SHORT);
        assertThat(trained(SHORT.rateTimes(embedding(), 3))).isNotEqualTo(plain);
        assertThat(trained(SHORT.rateTimes(embedding(), 1))).isEqualTo(plain);
        assertThat(trained(SHORT.schedule(linear()))).isNotEqualTo(plain);
    }

    @Test
    void the_same_seed_gives_the_same_weights_bit_for_bit() {
        String once = trained(SHORT);
        assertThat(trained(SHORT)).isEqualTo(once);
        assertThat(trained(SHORT.seed(4))).isNotEqualTo(once);
    }

    private static String trained(Training training) {
        return trained(Plan.dense(TinyModel.llama()), training);
    }

    private static String trained(Plan plan, Training training) {
        try (Model model = Model.create(TinyModel.llama(), plan, 1)) {
            return digest(model.train(TEXT, HELD, training).weights());
        }
    }

    private static String digest(Weights weights) {
        StringBuilder digest = new StringBuilder();
        for (ArraySpec array : weights.arrays()) {
            HostTensor tensor = weights.read(array.name());
            digest.append(array.name())
                    .append(' ')
                    .append(tensor.bytes().hashCode())
                    .append('\n');
        }
        return digest.toString();
    }

    private static Trainer trainer(Plan plan, Training training) {
        return Trainer.of(TinyModel.llama(), plan, training, PassSelection.here(training, Set.of()));
    }

    private static Fingerprint print(String model) {
        return new Fingerprint(Map.of("model", model));
    }

    static Stream<Training> optimizers() {
        return Stream.of(SHORT, muon(40, 0.02).batch(4).sequence(16).seed(3));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void a_training_that_was_cut_off_goes_on_to_the_same_weights(Training training) {
        Transformer transformer = TinyModel.llama();
        Plan plan = Plan.of(transformer, Compression.keepAll().on(feedForward()).factorise(ratio(0.5)));
        Weights fresh = Model.create(transformer, plan, 1).weights();
        Trainer whole = trainer(plan, training);
        Trainer cut = trainer(plan, training).progress(new StopAfter(23));
        Weights expected = whole.train(fresh, IDS, HELD_IDS, Optional.empty()).weights();

        try (TrainingFolder first = CheckpointPolicy.in(folder).every(10).open(print("same"))) {
            assertThatThrownBy(() -> cut.train(fresh, IDS, HELD_IDS, Optional.of(first)))
                    .isInstanceOf(LancetException.class)
                    .hasMessage("interrupted: after step 23 of 40; the state is kept, continue with --resume");
        }
        try (TrainingFolder second = CheckpointPolicy.resume(folder).every(10).open(print("same"))) {
            Trainer.Outcome outcome = whole.train(fresh, IDS, HELD_IDS, Optional.of(second));
            assertThat(digest(outcome.weights())).isEqualTo(digest(expected));
            assertThat(outcome.log().steps()).isEqualTo(40);
        }
        assertThat(folder.resolve("metrics.jsonl")).content().hasLineCount(41);
        assertThat(folder)
                .isDirectoryContaining(file -> file.getFileName().toString().startsWith("events.out.tfevents."));
        assertThat(folder.resolve("state-00000040.safetensors")).exists();
        assertThat(folder.resolve("state-00000023.safetensors")).doesNotExist();
    }

    @Test
    void a_training_that_was_killed_before_its_first_state_begins_anew_on_resume() throws IOException {
        Training training = adamW(4, 1e-3).batch(2).sequence(8);
        Plan plan = Plan.dense(TinyModel.llama());
        Weights fresh = Model.create(TinyModel.llama(), plan, 1).weights();
        Weights expected = trainer(plan, training)
                .train(fresh, IDS, HELD_IDS, Optional.empty())
                .weights();
        Files.writeString(folder.resolve("metrics.jsonl"), "{\"step\":1,\"tokens\":16,\"lo");

        try (TrainingFolder again = CheckpointPolicy.resume(folder).open(print("same"))) {
            Trainer.Outcome outcome = trainer(plan, training).train(fresh, IDS, HELD_IDS, Optional.of(again));
            assertThat(digest(outcome.weights())).isEqualTo(digest(expected));
        }
        assertThat(folder.resolve("metrics.jsonl")).content().hasLineCount(5).doesNotContain("\"lo\n");
    }

    @Test
    void a_state_is_only_taken_up_by_the_training_it_is_of() {
        Transformer transformer = TinyModel.llama();
        Plan plan = Plan.dense(transformer);
        Weights fresh = Model.create(transformer, plan, 1).weights();
        Trainer trainer = trainer(plan, adamW(2, 1e-3).batch(2).sequence(8));
        try (TrainingFolder first = CheckpointPolicy.in(folder).every(1).open(print("one"))) {
            trainer.train(fresh, IDS, HELD_IDS, Optional.of(first));
        }
        assertThatThrownBy(() -> CheckpointPolicy.in(folder).open(print("one")))
                .hasMessage("training: " + folder
                        + " already has a training; continue it with --resume, or choose another folder");
        assertThatThrownBy(() -> CheckpointPolicy.resume(folder).open(print("other")))
                .isInstanceOf(LancetException.class)
                .hasMessage("resume: " + folder.resolve("state-00000002.safetensors")
                        + " belongs to another training: model 'one' there, 'other' here;"
                        + " resume with the original settings, or start a new training");
        assertThat(folder).isDirectoryNotContaining("glob:**partial**");
    }

    @Test
    void a_loss_that_is_not_a_number_stops_the_training_and_names_the_step() {
        try (Model model = Model.create(TinyModel.llama(), 1)) {
            String before = digest(model.weights());
            assertThatThrownBy(() -> model.train(
                            TEXT,
                            HELD,
                            adamW(20, 1e30).batch(2).sequence(8).warmup(0).clip(0)))
                    .isInstanceOf(LancetException.class)
                    .hasMessageMatching("loss: .* with gradient norm .* at step \\d+ of 20;"
                            + " lower the rate 1.0E30, warm up longer or clip harder");
            assertThat(digest(model.weights())).isEqualTo(before);
        }
    }

    @Test
    void what_is_stored_in_eight_bits_stays_as_it_is_while_the_rest_is_trained() {
        Compression compression = Compression.keepAll().on(feedForward()).quantize(int8());
        try (Model model = Model.create(TinyModel.llama(), compression, 1)) {
            Weights before = model.weights();
            model.train(TEXT, HELD, SHORT);
            assertThat(model.weights().read("h.0.mlp.up").toArray())
                    .isEqualTo(before.read("h.0.mlp.up").toArray());
            assertThat(model.weights().read("h.0.mlp.up.scale").toArray())
                    .isEqualTo(before.read("h.0.mlp.up.scale").toArray());
            assertThat(model.weights().read("h.0.attn.q").toArray())
                    .isNotEqualTo(before.read("h.0.attn.q").toArray());
            assertThat(model.log().orElseThrow().loss())
                    .isLessThan(model.log().orElseThrow().points().get(0).loss());
        }
    }

    @Test
    void a_sequence_longer_than_the_context_is_refused() {
        try (Model model = Model.create(TinyModel.llama(), 1)) {
            assertThatThrownBy(() -> model.train(TEXT, HELD, adamW(1, 1e-3).sequence(64)))
                    .hasMessage("sequence: 64 tokens, but the context of tiny-llama is 32;"
                            + " train on shorter sequences or declare a longer context");
        }
    }
}
