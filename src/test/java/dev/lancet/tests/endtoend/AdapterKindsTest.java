package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.attention;
import static dev.lancet.Lancet.bfloat16;
import static dev.lancet.Lancet.embedding;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.feedForward;
import static dev.lancet.Lancet.head;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.named;
import static dev.lancet.Lancet.nf4;
import static dev.lancet.Lancet.norms;
import static dev.lancet.Lancet.queries;
import static dev.lancet.Lancet.rank;
import static dev.lancet.tests.endtoend.CheckpointLogitsTest.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.recipe.Optimizer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** DoRA, PiSSA, dropout and weights that are trained whole, against Hugging Face's PEFT 0.21. */
class AdapterKindsTest {

    private static final Fixture PEFT = Fixture.named("peft-kinds");
    private static final Path BASE = PEFT.folder().resolve("base");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"dora", "pissa", "pissa-dora", "whole", "first"})
    void folders_of_peft_compute_what_peft_computes_and_come_back(String kind) throws Exception {
        try (Model base = Model.open(BASE);
                Model adapted = base.adapt(PEFT.folder().resolve(kind))) {
            assertClose(base.logits(PEFT.inputIds()), PEFT.logits());
            assertClose(adapted.logits(PEFT.inputIds()), PEFT.logits(kind));
            adapted.saveAdapters(folder.resolve(kind));
            try (Model again = base.adapt(folder.resolve(kind));
                    Model merged = adapted.merge()) {
                assertClose(again.logits(PEFT.inputIds()), PEFT.logits(kind));
                assertClose(merged.logits(PEFT.inputIds()), PEFT.logits(kind));
            }
        }
        String config = Files.readString(folder.resolve(kind).resolve("adapter_config.json"));
        assertThat(config)
                .contains("\"use_dora\" : " + kind.contains("dora"))
                .contains("\"init_lora_weights\" : " + (kind.startsWith("pissa") ? "\"pissa\"" : "true"));
        if (kind.equals("dora")) {
            assertThat(config)
                    .contains("\"model.layers.1.mlp.up_proj\" : 6")
                    .contains("\"model.layers.0.self_attn.v_proj\" : ")
                    .contains("\"use_rslora\" : true");
        }
        if (kind.equals("whole")) {
            assertThat(config)
                    .contains("\"modules_to_save\"", "\"lm_head\"", "\"model.embed_tokens\"")
                    .contains("\"model.layers.1.input_layernorm\"", "\"lora_dropout\" : 0.1");
        }
    }

    /** With an epsilon that is large against the gradients, the first step of Adam subtracts the gradient itself. */
    @Test
    void the_gradients_of_a_decomposed_adapter_are_those_of_pytorch() {
        int[][] rows = PEFT.inputIds();
        int[] text = IntStream.concat(
                        Arrays.stream(rows[0]), Arrays.stream(rows[1]).skip(1))
                .toArray();
        Training training = adamW(1, 1)
                .optimizer(new Optimizer.AdamW(1e3, 0.9, 0.95, 1e3, 0))
                .warmup(0)
                .floor(1)
                .clip(0)
                .batch(2)
                .sequence(11);
        try (Model base = Model.open(BASE);
                Model before = base.adapt(PEFT.folder().resolve("dora"));
                Model after = base.adapt(PEFT.folder().resolve("dora")).train(text, new int[0], training)) {
            double loss = after.log().orElseThrow().points().get(0).loss();
            assertThat(loss).isCloseTo(PEFT.expected().get("loss").doubleValue(), within(1e-5));
            Map<String, String> modules =
                    Map.of("h.0.attn.q", "layers.0.self_attn.q_proj", "h.1.mlp.down", "layers.1.mlp.down_proj");
            modules.forEach((name, module) -> {
                for (String array : List.of("a", "b", "magnitude")) {
                    double[] moved = moved(before, after, name + ".lora." + array);
                    String word = array.equals("magnitude")
                            ? "lora_magnitude_vector.default.weight"
                            : "lora_" + array.toUpperCase(Locale.ROOT) + ".default.weight";
                    double[] gradient = gradient(module + "." + word);
                    int rank = array.equals("magnitude") ? 1 : name.equals("h.0.attn.q") ? 2 : 4;
                    double largest =
                            Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
                    for (int i = 0; i < moved.length; i++) {
                        double wanted = array.equals("a") ? turned(gradient, rank, i) : unturned(gradient, rank, i);
                        assertThat(moved[i]).as(name + " " + array + " " + i).isCloseTo(wanted, within(5e-3 * largest));
                    }
                }
            });
        }
    }

    /** The element of A {@code [inputs, rank]}, which PyTorch has as {@code [rank, inputs]}. */
    private static double turned(double[] gradient, int rank, int at) {
        return gradient[(at % rank) * (gradient.length / rank) + at / rank];
    }

    /** The element of B {@code [rank, outputs]}, which PyTorch has as {@code [outputs, rank]}. */
    private static double unturned(double[] gradient, int rank, int at) {
        int outputs = gradient.length / rank;
        return gradient[(at % outputs) * rank + at / outputs];
    }

    private static double[] moved(Model before, Model after, String array) {
        float[] from = before.weights().read(array).floats();
        float[] to = after.weights().read(array).floats();
        double[] moved = new double[from.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (double) from[i] - to[i];
        }
        return moved;
    }

    private static double[] gradient(String name) {
        JsonNode array = PEFT.expected().get("gradients").get("base_model.model.model." + name);
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).doubleValue();
        }
        return values;
    }

    @ParameterizedTest
    @CsvSource({"float32", "bfloat16", "int8", "int4", "nf4", "factors"})
    void every_kind_is_trained_merged_saved_and_opened_beside_every_storage(String storage) {
        Compression stored =
                switch (storage) {
                    case "bfloat16" -> Compression.keepAll().on(everything()).quantize(bfloat16());
                    case "int8" -> Compression.keepAll().on(everything()).quantize(int8());
                    case "int4" -> Compression.keepAll().on(everything()).quantize(int4(16));
                    case "nf4" -> Compression.keepAll().on(everything()).quantize(nf4(16));
                    case "factors" ->
                        Compression.keepAll().on(attention(), feedForward()).factorise(rank(9), int8());
                    default -> Compression.keepAll();
                };
        Compression kinds = Compression.keepAll()
                .on(attention())
                .adapt(lora(2).dora().dropout(0.2))
                .on(queries())
                .adapt(lora(5).alpha(3).dora().stabilised())
                .on(feedForward())
                .adapt(lora(3).pissa())
                .on(named("h.1.mlp.up"))
                .adapt(lora(3).pissa().dora().dropout(0.1))
                .on(head(), norms(), embedding())
                .train();
        try (Model original = Model.open(BASE);
                Model base = original.compress(stored);
                Model adapted = base.compress(kinds)) {
            float[] start = adapted.logits(PEFT.inputIds());
            double most = storage.equals("float32") ? 1e-4 : 6;
            assertThat(difference(start, base.logits(PEFT.inputIds()))).isLessThan(most);
            Plan plan = adapted.plan();
            assertThat(plan.step("h.0.attn.q").adapter().orElseThrow().rank()).isEqualTo(5);
            assertThat(plan.step("h.0.attn.k").adapter().orElseThrow().rank()).isEqualTo(2);
            assertThat(plan.whole().orElseThrow().names()).contains("head", "embedding", "norm.gain");
            adapted.train(ids(2_000), new int[0], adamW(12, 5e-3).batch(4).sequence(16));
            assertThat(adapted.log().orElseThrow().loss())
                    .isLessThan(adapted.log().orElseThrow().points().get(0).loss());
            float[] trained = adapted.logits(PEFT.inputIds());
            assertThat(difference(trained, start)).isGreaterThan(0.05);
            for (ArraySpec array : base.plan().arrays()) {
                boolean whole = array.name().endsWith(".gain")
                        || array.name().startsWith("head")
                        || array.name().startsWith("embedding");
                boolean principal = array.name().contains("mlp");
                if (!principal && adapted.weights().find(array.name()).isPresent()) {
                    assertThat(adapted.weights()
                                    .read(array.name())
                                    .bytes()
                                    .equals(base.weights().read(array.name()).bytes()))
                            .as(array.name())
                            .isEqualTo(!whole);
                }
            }
            adapted.save(folder.resolve("model"));
            try (Model again = Model.open(folder.resolve("model"));
                    Model merged = adapted.compress(dense(adapted.plan()))) {
                assertThat(again.plan()).isEqualTo(plan);
                assertThat(again.logits(PEFT.inputIds())).containsExactly(trained);
                assertThat(difference(merged.logits(PEFT.inputIds()), trained))
                        .isLessThan(storage.equals("bfloat16") ? 0.3 : storage.equals("float32") ? 1e-4 : 1e-2);
            }
        }
    }

    private static Plan dense(Plan plan) {
        return new Plan(
                plan.model(),
                plan.steps().stream()
                        .map(step -> Step.keep(step.weight(), "dense"))
                        .toList(),
                plan.vectors());
    }

    @Test
    void dropout_follows_from_the_seed_and_is_off_outside_of_training() {
        Adapter adapter = lora(4).dropout(0.5);
        try (Model base = Model.open(BASE);
                Model one = base.adapt(attention(), adapter);
                Model two = base.adapt(attention(), adapter);
                Model seeded = base.adapt(attention(), adapter);
                Model without = base.adapt(attention(), lora(4))) {
            Training training = adamW(6, 1e-2).batch(4).sequence(16).validateEvery(2);
            List<Model> models = List.of(one, two, without);
            models.forEach(model -> model.train(ids(2_000), ids(300), training));
            seeded.train(ids(2_000), ids(300), training.seed(7));
            assertThat(one.logits(PEFT.inputIds())).containsExactly(two.logits(PEFT.inputIds()));
            assertThat(one.logits(PEFT.inputIds())).isNotEqualTo(without.logits(PEFT.inputIds()));
            // B is 0 at the start, so the first loss is that of the model without adapters, whatever A's inputs lose.
            assertThat(one.log().orElseThrow().points().get(0).loss())
                    .isEqualTo(without.log().orElseThrow().points().get(0).loss());
            assertThat(one.logits(PEFT.inputIds())).isNotEqualTo(seeded.logits(PEFT.inputIds()));
            assertThat(one.log().orElseThrow().validationLoss()).isPresent();
        }
    }

    @Test
    void moments_in_8_bits_train_as_moments_in_float32_do() {
        Training training = adamW(60, 5e-3).batch(4).sequence(16);
        Compression large =
                Compression.keepAll().on(attention()).adapt(lora(140).alpha(140));
        try (Model base = Model.open(BASE);
                Model plain = base.compress(large).train(ids(2_000), new int[0], training);
                Model packed = base.compress(large).train(ids(2_000), new int[0], training.eightBitMoments())) {
            double before = plain.log().orElseThrow().points().get(0).loss();
            double exact = plain.log().orElseThrow().loss();
            double rounded = packed.log().orElseThrow().loss();
            assertThat(rounded).isNotEqualTo(exact);
            assertThat(before - rounded).isGreaterThan(0.95 * (before - exact));
            assertThat(training.eightBitMoments().toString()).startsWith("adamW(60, 0.005).eightBitMoments()");
        }
    }

    @Test
    void weights_that_are_trained_whole_can_be_alone() {
        try (Model base = Model.open(BASE);
                Model tuned = base.compress(Compression.keepAll().on(norms()).train())) {
            assertThat(tuned.plan().toString()).contains("trained whole: h.0.attn.norm");
            tuned.train(ids(2_000), new int[0], adamW(3, 1e-2).batch(2).sequence(16));
            assertThat(tuned.weights().read("head").floats())
                    .containsExactly(base.weights().read("head").floats());
            assertThat(tuned.weights().read("norm.gain").floats())
                    .isNotEqualTo(base.weights().read("norm.gain").floats());
            Plan smaller = tuned.plan().then(Compression.keepAll().on(head()).quantize(int8()), Spectra.none());
            assertThat(smaller.whole()).isEqualTo(tuned.plan().whole());
            assertThat(tuned.plan().merged().whole()).isEmpty();
        }
    }

    @Test
    void what_cannot_be_is_refused_with_its_reason() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> lora(2).loftq().pissa())
                .withMessageContaining("choose one");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> lora(2).dropout(1))
                .withMessageContaining("dropout 1.0; it must lie between 0 and 1");
        try (Model base = Model.open(BASE);
                Model adapted = base.adapt(queries(), lora(2).pissa());
                Model coded = base.compress(Compression.keepAll().on(queries()).quantize(int8(), lora(2).pissa()))) {
            assertThatThrownBy(() -> base.adapt(queries(), lora(33).pissa()))
                    .hasMessageContaining("begins with principal components has a rank of at most 32");
            assertThatThrownBy(() ->
                            adapted.compress(Compression.keepAll().on(queries()).train()))
                    .hasMessageContaining("merge the adapter first");
            assertThatThrownBy(() -> coded.saveAdapters(folder.resolve("x")))
                    .hasMessageContaining("keep the adapter in a Lancet model folder");
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
        return IntStream.range(0, count).map(i -> 3 + i * 7 % 57).toArray();
    }
}
