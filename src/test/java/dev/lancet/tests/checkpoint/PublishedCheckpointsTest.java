package dev.lancet.tests.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsEntry;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishedCheckpointsTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    @Test
    void gpt2_is_read_from_its_config() {
        assertThat(open("hf-gpt2-tiny").transformer())
                .isEqualTo(Transformer.decoder("hf-gpt2-tiny")
                        .vocabulary(97)
                        .context(64)
                        .width(48)
                        .layers(3)
                        .attention(Attention.heads(4).bias())
                        .feedForward(FeedForward.geluTanh(192))
                        .norm(Norm.layerNorm(1e-5))
                        .position(Position.learned())
                        .build());
    }

    @Test
    void llama_is_read_from_the_old_layout() {
        assertThat(open("hf-llama-tiny-gqa").transformer()).isEqualTo(llama("hf-llama-tiny-gqa"));
    }

    @Test
    void llama_is_read_from_the_new_layout() {
        assertThat(open("hf-llama-tiny-sharded").transformer()).isEqualTo(llama("hf-llama-tiny-sharded"));
    }

    private static Transformer llama(String name) {
        return Transformer.decoder(name)
                .vocabulary(131)
                .context(128)
                .width(64)
                .layers(3)
                .attention(Attention.heads(8).kv(2))
                .feedForward(FeedForward.swiglu(172))
                .untiedHead()
                .build();
    }

    @Test
    void mistral_has_a_head_width_of_its_own() {
        assertThat(open("hf-mistral-tiny").transformer())
                .isEqualTo(Transformer.decoder("hf-mistral-tiny")
                        .vocabulary(113)
                        .context(128)
                        .width(48)
                        .layers(3)
                        .attention(Attention.heads(6).kv(3).headWidth(16))
                        .feedForward(FeedForward.swiglu(120))
                        .position(Position.rotary(1_000_000))
                        .untiedHead()
                        .build());
    }

    @Test
    void qwen3_has_norms_of_queries_and_keys_and_heads_of_their_own_width() {
        Transformer qwen3 = open("hf-qwen3-tiny").transformer();
        assertThat(qwen3)
                .isEqualTo(Transformer.decoder("hf-qwen3-tiny")
                        .vocabulary(101)
                        .context(64)
                        .width(48)
                        .layers(2)
                        .attention(Attention.heads(4).kv(2).headWidth(16).qkNorm(Norm.rmsNorm(1e-6)))
                        .feedForward(FeedForward.swiglu(96))
                        .norm(Norm.rmsNorm(1e-6))
                        .position(Position.rotary(1_000_000))
                        .untiedHead()
                        .build());
        assertThat(qwen3.parameters()).isEqualTo(56_080);
        assertThat(qwen3.attention()).hasToString("heads(4).kv(2).headWidth(16).qkNorm(rmsNorm(1.0E-6))");
    }

    @Test
    void qwen2_has_biases_on_three_projections() {
        assertThat(open("hf-qwen2-tiny").transformer())
                .isEqualTo(Transformer.decoder("hf-qwen2-tiny")
                        .vocabulary(109)
                        .context(128)
                        .width(56)
                        .layers(3)
                        .attention(Attention.heads(7).kv(1).qkvBias())
                        .feedForward(FeedForward.swiglu(152))
                        .norm(Norm.rmsNorm(1e-6))
                        .position(Position.rotary(1_000_000))
                        .build());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hf-gpt2-tiny",
                "hf-llama-tiny-gqa",
                "hf-llama-tiny-sharded",
                "hf-mistral-tiny",
                "hf-qwen2-tiny",
                "stories260K-hf"
            })
    void every_weight_is_there_and_nothing_is_left_over(String fixture) {
        Checkpoint checkpoint = open(fixture);
        checkpoint.weights().require(checkpoint.plan());
        checkpoint.weights().copyTo(tensor -> assertThat(tensor.bytes().remaining())
                .isEqualTo((int) tensor.spec().bytes()));
        assertThat(checkpoint.unused()).isEmpty();
    }

    @Test
    void linear_layers_of_llama_are_turned() {
        float[] there = Safetensors.open(FIXTURES.resolve("hf-llama-tiny-gqa/model.safetensors"))
                .floats("model.layers.1.mlp.up_proj.weight");
        float[] here = open("hf-llama-tiny-gqa").weights().read("h.1.mlp.up").floats();
        for (int out = 0; out < 172; out++) {
            for (int in = 0; in < 64; in++) {
                assertThat(here[in * 172 + out]).isEqualTo(there[out * 64 + in]);
            }
        }
    }

    @Test
    void the_fused_projection_of_gpt2_is_split() {
        float[] there = Safetensors.open(FIXTURES.resolve("hf-gpt2-tiny/model.safetensors"))
                .floats("transformer.h.2.attn.c_attn.weight");
        Checkpoint checkpoint = open("hf-gpt2-tiny");
        String[] names = {"h.2.attn.q", "h.2.attn.k", "h.2.attn.v"};
        for (int part = 0; part < 3; part++) {
            float[] here = checkpoint.weights().read(names[part]).floats();
            for (int i = 0; i < 48 * 48; i++) {
                assertThat(here[i]).isEqualTo(there[i / 48 * 144 + part * 48 + i % 48]);
            }
        }
    }

    /** As the first published GPT-2 files: names without a prefix, causal masks, and the embedding again as a head. */
    @Test
    void an_early_gpt2_file_is_the_same_model(@TempDir Path temporary) throws IOException {
        Path fixture = FIXTURES.resolve("hf-gpt2-tiny");
        Safetensors there = Safetensors.open(fixture.resolve("model.safetensors"));
        List<HostTensor> tensors = new ArrayList<>();
        for (SafetensorsEntry tensor : there.tensors()) {
            String name = tensor.name().substring("transformer.".length());
            tensors.add(floats(name, tensor.shape(), there.floats(tensor.name())));
        }
        tensors.add(floats("lm_head.weight", List.of(97L, 48L), there.floats("transformer.wte.weight")));
        for (int layer = 0; layer < 3; layer++) {
            String attention = "h." + layer + ".attn.";
            ArraySpec mask = new ArraySpec(attention + "bias", ArraySpec.Type.UINT8, List.of(1, 1, 64, 64));
            tensors.add(HostTensor.of(mask, new byte[64 * 64]));
            tensors.add(floats(attention + "masked_bias", List.of(), new float[] {-1e4f}));
        }
        Path early = Files.createDirectory(temporary.resolve("hf-gpt2-tiny"));
        Files.copy(fixture.resolve("config.json"), early.resolve("config.json"));
        List<ArraySpec> descriptions = tensors.stream().map(HostTensor::spec).toList();
        Path file = early.resolve("model.safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, Map.of(), descriptions)) {
            tensors.forEach(writer::accept);
            writer.finish();
        }
        Checkpoint here = Checkpoint.open(early);
        assertThat(here.unused()).isEmpty();
        assertThat(here.transformer()).isEqualTo(open("hf-gpt2-tiny").transformer());
        open("hf-gpt2-tiny").weights().copyTo(tensor -> assertThat(
                        here.weights().read(tensor.name()).floats())
                .isEqualTo(tensor.floats()));
    }

    private static HostTensor floats(String name, List<Long> shape, float[] values) {
        List<Integer> dimensions = shape.stream().map(Long::intValue).toList();
        return HostTensor.of(new ArraySpec(name, ArraySpec.Type.FLOAT32, dimensions), values);
    }

    @Test
    void bfloat16_shards_are_the_float32_weights_rounded() {
        Checkpoint rounded = open("hf-llama-tiny-sharded");
        open("hf-llama-tiny-gqa").weights().copyTo(tensor -> {
            float[] exact = tensor.floats();
            float[] here = rounded.weights().read(tensor.name()).floats();
            for (int i = 0; i < exact.length; i++) {
                assertThat(here[i]).isEqualTo(roundedToBfloat16(exact[i]));
            }
        });
    }

    /** To nearest, ties to even, as PyTorch does. */
    private static float roundedToBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int even = bits >>> 16 & 1;
        return Float.intBitsToFloat((bits + 0x7fff + even) & 0xffff0000);
    }

    @Test
    void the_llama2c_file_holds_the_weights_of_the_hugging_face_folder() {
        Checkpoint bin = open("stories260K/stories260K.bin");
        Checkpoint folder = open("stories260K-hf");
        assertThat(bin.plan().arrays()).isEqualTo(folder.plan().arrays());
        assertThat(bin.transformer().attention()).isEqualTo(folder.transformer().attention());
        assertThat(bin.transformer().position()).isEqualTo(folder.transformer().position());
        assertThat(bin.transformer().norm()).isEqualTo(folder.transformer().norm());
        assertThat(bin.transformer().context()).isEqualTo(folder.transformer().context());
        assertThat(bin.tokenizer()).hasValue(FIXTURES.resolve("stories260K/tok512.bin"));
        assertThat(folder.tokenizer()).hasValue(FIXTURES.resolve("stories260K-hf/tok512.bin"));
        for (var array : bin.plan().arrays()) {
            HostTensor here = bin.weights().read(array.name());
            assertThat(here.floats())
                    .as(array.name())
                    .isEqualTo(folder.weights().read(array.name()).floats());
        }
    }

    private static Checkpoint open(String fixture) {
        return Checkpoint.open(FIXTURES.resolve(fixture));
    }
}
