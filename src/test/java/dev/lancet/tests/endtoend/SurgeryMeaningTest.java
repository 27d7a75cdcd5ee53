package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.bfloat16;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.preset;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.generate.Sampler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a model computes after surgery, saving and loading. */
class SurgeryMeaningTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"hf-gpt2-tiny", "hf-llama-tiny-gqa", "hf-mistral-tiny", "hf-qwen2-tiny", "hf-qwen3-tiny"})
    void factors_of_full_rank_change_nothing(String name) {
        Fixture fixture = Fixture.named(name);
        try (Model model = Model.open(fixture.folder())) {
            Plan full = model.plan();
            for (Step step : model.plan().steps()) {
                int rank = Math.min(step.weight().rows(), step.weight().columns());
                full = full.with(Step.factorise(step.weight(), rank, Precision.float32(), "full rank"));
            }
            float[] before = model.logits(fixture.inputIds());
            try (Model factored = model.compress(full)) {
                assertThat(relative(before, factored.logits(fixture.inputIds())))
                        .isLessThan(1e-5);
            }
        }
    }

    private static double relative(float[] before, float[] after) {
        double noise = 0;
        double signal = 0;
        for (int i = 0; i < before.length; i++) {
            noise += Math.pow((double) before[i] - after[i], 2);
            signal += Math.pow(before[i], 2);
        }
        return Math.sqrt(noise / signal);
    }

    @Test
    void a_model_with_every_matrix_in_eight_bits_has_at_most_27_percent_of_its_bytes() {
        assertThat(share(Compression.keepAll().on(everything()).quantize(int8())))
                .isLessThanOrEqualTo(0.27);
    }

    @Test
    void a_model_with_every_matrix_in_four_bits_has_at_most_16_percent_of_its_bytes() {
        assertThat(share(Compression.keepAll().on(everything()).quantize(int4(32))))
                .isLessThanOrEqualTo(0.16);
    }

    private static double share(Compression compression) {
        Plan plan = Plan.of(preset("gpt2-127m"), compression);
        return (double) plan.bytesAfter() / plan.bytesBefore();
    }

    @Test
    void the_plan_of_a_llama_of_seven_billion_prints_without_its_weights() {
        String text = Plan.of(
                        preset("llama-2-7b"),
                        Compression.keepAll().on(everything()).quantize(int4(32)))
                .toString();
        assertThat(text).contains("226 of 226 matrices changed", "6.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf-gpt2-tiny", "hf-llama-tiny-gqa", "stories260K-hf"})
    void a_small_model_is_the_same_after_saving_and_loading(String name) {
        Fixture fixture = Fixture.named(name);
        Compression diet = Compression.keepAll()
                .on(everything())
                .quantize(int8())
                .on(dev.lancet.Lancet.feedForward())
                .factorise(dev.lancet.Lancet.ratio(0.5), int4(32));
        try (Model model = Model.open(fixture.folder());
                Model small = model.compress(diet)) {
            small.save(folder.resolve("small"));
            try (Model again = Model.open(folder.resolve("small"))) {
                assertThat(again.plan()).isEqualTo(small.plan());
                assertThat(again.transformer()).isEqualTo(small.transformer());
                assertThat(again.logits(fixture.inputIds())).containsExactly(small.logits(fixture.inputIds()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf-gpt2-tiny", "hf-llama-tiny-gqa"})
    void a_model_of_sixteen_bits_lies_in_its_folder_so_and_goes_to_hugging_face_as_floats(String name) {
        Fixture fixture = Fixture.named(name);
        Compression halves = Compression.keepAll()
                .on(everything())
                .quantize(bfloat16())
                .on(dev.lancet.Lancet.feedForward())
                .factorise(dev.lancet.Lancet.ratio(0.5), bfloat16());
        try (Model model = Model.open(fixture.folder());
                Model small = model.compress(halves)) {
            small.save(folder.resolve("small"));
            Safetensors arrays = Safetensors.open(folder.resolve("small/model.safetensors"));
            assertThat(arrays.tensors())
                    .filteredOn(tensor -> tensor.dtype() == Dtype.BF16)
                    .hasSize(small.plan().steps().stream()
                            .mapToInt(step -> step.matrices().size())
                            .sum());
            try (Model again = Model.open(folder.resolve("small"))) {
                assertThat(again.plan()).isEqualTo(small.plan());
                assertThat(again.logits(fixture.inputIds())).containsExactly(small.logits(fixture.inputIds()));
                again.saveHuggingFace(folder.resolve("out"));
            }
            try (Model floats = Model.open(folder.resolve("out"));
                    Model rounded = floats.compress(Compression.keepAll()
                            .on(dev.lancet.Lancet.attention())
                            .quantize(bfloat16()))) {
                assertThat(floats.plan().changes()).isFalse();
                assertThat(relative(small.logits(fixture.inputIds()), floats.logits(fixture.inputIds())))
                        .isBetween(1e-6, 0.05);
                assertThat(rounded.losses()).allMatch(loss -> loss.relativeFrobenius() == 0);
            }
        }
    }

    @Test
    void a_dense_model_written_for_hugging_face_computes_the_same_logits_when_read_back() {
        Fixture fixture = Fixture.named("hf-qwen2-tiny");
        try (Model model = Model.open(fixture.folder())) {
            model.saveHuggingFace(folder.resolve("out"));
            try (Model again = Model.open(folder.resolve("out"))) {
                assertThat(again.logits(fixture.inputIds())).containsExactly(model.logits(fixture.inputIds()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf-gpt2-tiny", "hf-llama-tiny-gqa"})
    void a_small_model_generates_with_its_cache_what_it_would_score_highest_without(String name) {
        Fixture fixture = Fixture.named(name);
        try (Model model = Model.open(fixture.folder());
                Model small =
                        model.compress(Compression.keepAll().on(everything()).quantize(int8()))) {
            int[] text = {3, 1, 4, 1, 5};
            int[] added = small.generate(text, 6, Sampler.greedy(), OptionalInt.empty(), id -> {});
            for (int next : added) {
                float[] logits = small.logits(new int[][] {text});
                int vocabulary = small.transformer().vocabulary();
                float[] last = java.util.Arrays.copyOfRange(logits, logits.length - vocabulary, logits.length);
                assertThat(Sampler.greedy().pick(last, 0)).isEqualTo(next);
                text = java.util.Arrays.copyOf(text, text.length + 1);
                text[text.length - 1] = next;
            }
        }
    }

    @Test
    void what_a_model_is_opened_from_is_never_changed() throws Exception {
        Path file = Fixture.ALL.resolve("hf-gpt2-tiny/model.safetensors");
        byte[] before = Files.readAllBytes(file);
        try (Model model = Model.open(file.getParent());
                Model small =
                        model.compress(Compression.keepAll().on(everything()).quantize(int8()))) {
            small.save(folder.resolve("small"));
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }
}
