package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.attention;
import static dev.lancet.Lancet.embedding;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.feedForward;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.queries;
import static dev.lancet.Lancet.rank;
import static dev.lancet.Lancet.values;
import static dev.lancet.tests.endtoend.CheckpointLogitsTest.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.generate.Sampler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Adapters against Hugging Face's PEFT 0.21, and what training leaves alone. */
class AdaptersTest {

    private static final Path STORIES = Fixture.ALL.resolve("stories260K-hf");
    private static final Fixture PEFT = Fixture.named("peft-lora-stories260K");

    @TempDir
    Path folder;

    @Test
    void an_adapter_of_peft_computes_the_logits_that_peft_computes() {
        try (Model base = Model.open(STORIES);
                Model adapted = base.adapt(PEFT.folder())) {
            assertClose(adapted.logits(PEFT.inputIds()), PEFT.logits("logits_with_adapter"));
        }
    }

    @Test
    void a_merged_adapter_computes_the_same_and_writes_what_transformers_writes() {
        try (Model base = Model.open(STORIES);
                Model adapted = base.adapt(PEFT.folder());
                Model merged = adapted.merge()) {
            assertClose(merged.logits(PEFT.inputIds()), PEFT.logits("logits_with_adapter"));
            JsonNode greedy = PEFT.expected().get("greedy_merged");
            int[] wanted = Fixture.ints(greedy.get("new_ids"));
            assertThat(merged.generate(
                            Fixture.ints(greedy.get("prompt_ids")),
                            wanted.length,
                            Sampler.greedy(),
                            OptionalInt.empty(),
                            id -> {}))
                    .containsExactly(wanted);
            assertThat(merged.plan().adapted()).isFalse();
            assertThat(merged.parameters()).isEqualTo(base.parameters());
        }
    }

    @Test
    void fresh_adapters_change_nothing_until_they_are_trained_and_then_nothing_else_changes() {
        try (Model base = Model.open(STORIES);
                Model adapted = base.adapt(attention().or(feedForward()), lora(4))) {
            float[] before = base.logits(PEFT.inputIds());
            assertThat(adapted.logits(PEFT.inputIds())).containsExactly(before);
            adapted.train(ids(4_000), new int[0], adamW(6, 5e-3).batch(4).sequence(32));
            assertThat(adapted.log().orElseThrow().loss())
                    .isLessThan(adapted.log().orElseThrow().points().get(0).loss());
            assertThat(difference(adapted.logits(PEFT.inputIds()), before)).isGreaterThan(0.1);
            base.plan().arrays().forEach(array -> assertThat(
                            adapted.weights().read(array.name()).floats())
                    .as(array.name())
                    .containsExactly(base.weights().read(array.name()).floats()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"int4", "int8", "rank"})
    void adapters_are_trained_beside_codes_and_factors(String how) {
        Adapter adapter = lora(4);
        Compression diet =
                switch (how) {
                    case "int4" ->
                        Compression.keepAll()
                                .on(everything())
                                .quantize(int4(32))
                                .on(linears())
                                .quantize(int4(32), adapter);
                    case "int8" ->
                        Compression.keepAll()
                                .on(everything())
                                .quantize(int8())
                                .on(linears())
                                .quantize(int8(), adapter);
                    default -> Compression.keepAll().on(feedForward()).factorise(rank(24), int8(), adapter);
                };
        try (Model base = Model.open(STORIES);
                Model adapted = base.compress(diet);
                Model plain = base.compress(adapted.plan().merged())) {
            float[] before = plain.logits(PEFT.inputIds());
            assertThat(difference(adapted.logits(PEFT.inputIds()), before)).isLessThan(1e-4);
            adapted.train(ids(4_000), new int[0], adamW(8, 5e-3).batch(4).sequence(32));
            assertThat(adapted.log().orElseThrow().loss())
                    .isLessThan(adapted.log().orElseThrow().points().get(0).loss());
            try (Model merged = adapted.merge()) {
                double moved = difference(adapted.logits(PEFT.inputIds()), before);
                double drift = difference(adapted.logits(PEFT.inputIds()), merged.logits(PEFT.inputIds()));
                assertThat(moved).isGreaterThan(0.1);
                assertThat(drift).as("rounded anew").isLessThan(moved);
                assertThat(merged.losses()).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf-gpt2-tiny", "hf-qwen2-tiny", "hf-mistral-tiny"})
    void what_is_saved_for_peft_comes_back(String name) {
        Fixture fixture = Fixture.named(name);
        try (Model base = Model.open(fixture.folder());
                Model adapted = base.adapt(attention().or(feedForward()), lora(3).alpha(5))) {
            adapted.train(
                    ids(2_000, base.transformer().vocabulary()),
                    new int[0],
                    adamW(3, 1e-2).batch(2).sequence(16));
            adapted.saveAdapters(folder.resolve("adapter"));
            float[] wanted = adapted.logits(fixture.inputIds());
            assertThat(difference(wanted, base.logits(fixture.inputIds()))).isGreaterThan(1e-3);
            try (Model again = base.adapt(folder.resolve("adapter"))) {
                assertClose(again.logits(fixture.inputIds()), wanted);
            }
        }
    }

    @Test
    void what_was_read_from_peft_is_written_as_it_was() throws Exception {
        try (Model base = Model.open(STORIES);
                Model adapted = base.adapt(PEFT.folder())) {
            adapted.saveAdapters(folder.resolve("adapter"));
        }
        assertThat(folder.resolve("adapter/adapter_model.safetensors"))
                .satisfies(file -> assertThat(Files.size(file)).isBetween(38_000L, 43_000L));
        String config = Files.readString(folder.resolve("adapter/adapter_config.json"));
        assertThat(config)
                .contains("\"r\" : 4", "\"lora_alpha\" : 8.0", "\"q_proj\"", "\"up_proj\"", "\"v_proj\"")
                .contains("\"rank_pattern\" : { }");
    }

    @Test
    void a_model_with_adapters_is_saved_and_opened_whole() {
        try (Model base = Model.open(STORIES);
                Model adapted = base.compress(Compression.keepAll()
                        .on(linears())
                        .quantize(int8())
                        .on(queries(), values())
                        .quantize(int8(), lora(2).stabilised()))) {
            adapted.train(ids(2_000), new int[0], adamW(3, 1e-2).batch(2).sequence(16));
            adapted.save(folder.resolve("model"));
            try (Model again = Model.open(folder.resolve("model"))) {
                assertThat(again.plan()).isEqualTo(adapted.plan());
                assertThat(again.logits(PEFT.inputIds())).containsExactly(adapted.logits(PEFT.inputIds()));
            }
        }
    }

    @Test
    void what_cannot_be_adapted_is_refused_with_its_reason() {
        try (Model base = Model.open(STORIES);
                Model adapted = base.adapt(queries(), lora(2))) {
            assertThatThrownBy(() -> base.adapt(embedding(), lora(2)))
                    .isInstanceOf(LancetException.class)
                    .hasMessageContaining("embedding is a table");
            assertThatThrownBy(() -> adapted.adapt(values(), lora(2))).hasMessageContaining("merge them first");
            assertThatThrownBy(() -> adapted.adapt(PEFT.folder())).hasMessageContaining("merge them first");
            assertThatThrownBy(() -> base.saveAdapters(folder.resolve("none"))).hasMessageContaining("has none");
            assertThatThrownBy(() ->
                            adapted.train(ids(500), new int[0], adamW(2, 1e-3).decayProduct(queries(), 0.1)))
                    .hasMessageContaining("decayProduct");
            try (Model other = Model.open(Fixture.ALL.resolve("hf-qwen2-tiny"))) {
                assertThatThrownBy(() -> other.adapt(PEFT.folder()))
                        .isInstanceOf(LancetException.class)
                        .hasMessageContaining("use an adapter for this model");
            }
        }
    }

    @Test
    void the_merged_matrix_is_the_one_that_peft_merges() {
        try (Model base = Model.open(STORIES);
                Model merged = base.adapt(PEFT.folder()).merge()) {
            JsonNode sample = PEFT.expected().get("merged_weight_sample");
            float[] q = merged.weights().read("h.2.attn.q").floats();
            for (int out = 0; out < 4; out++) {
                for (int in = 0; in < 8; in++) {
                    double wanted = sample.get("rows_0_to_3_cols_0_to_7")
                            .get(out)
                            .get(in)
                            .doubleValue();
                    assertThat((double) q[in * 64 + out]).isCloseTo(wanted, within(1e-6));
                }
            }
        }
    }

    private static double difference(float[] a, float[] b) {
        double most = 0;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]));
        }
        return most;
    }

    private static int[] ids(int count) {
        return ids(count, 512);
    }

    private static int[] ids(int count, int vocabulary) {
        Random random = new Random(5);
        return random.ints(count, 3, Math.min(vocabulary, 40)).toArray();
    }
}
