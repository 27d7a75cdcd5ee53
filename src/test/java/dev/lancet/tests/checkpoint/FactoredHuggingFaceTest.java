package dev.lancet.tests.checkpoint;

import static dev.lancet.Lancet.embedding;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.rank;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.HuggingFace;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The layout of a Hugging Face folder with factors. */
class FactoredHuggingFaceTest {

    private static final Path QWEN2 = Path.of("src/test/resources/fixtures/hf-qwen2-tiny");

    @TempDir
    private Path folder;

    @Test
    void two_factors_are_two_linear_layers_of_pytorch_and_the_bias_belongs_to_the_second() {
        Path out = folder.resolve("out");
        Checkpoint model = saved(Compression.keepAll().on(linears()).factorise(rank(8).allowLarger()));
        HuggingFace.write(out, model);

        Safetensors arrays = Safetensors.open(out.resolve("factored.safetensors"));
        String query = "model.layers.0.self_attn.q_proj.";
        int inputs = model.plan().step("h.0.attn.q").weight().rows();
        int outputs = model.plan().step("h.0.attn.q").weight().columns();
        assertThat(arrays.tensor(query + "0.weight").shape()).containsExactly(8L, (long) inputs);
        assertThat(arrays.tensor(query + "1.weight").shape()).containsExactly((long) outputs, 8L);
        assertThat(arrays.tensor(query + "1.bias").shape()).containsExactly((long) outputs);
        assertThat(arrays.tensors())
                .noneMatch(tensor -> tensor.name().equals(query + "weight"))
                .noneMatch(tensor -> tensor.name().equals(query + "bias"))
                .anyMatch(tensor -> tensor.name().equals("model.embed_tokens.weight"));
        float[] left = model.weights().readFloats("h.0.attn.q.left");
        float[] narrow = arrays.floats(query + "0.weight");
        for (int i = 0; i < inputs; i++) {
            for (int r = 0; r < 8; r++) {
                assertThat(narrow[r * inputs + i]).isEqualTo(left[i * 8 + r]);
            }
        }
        JsonNode config = new JsonMapper().readTree(out.resolve("config.json"));
        assertThat(config.get("lancet_factors")
                        .get("model.layers.0.self_attn.q_proj")
                        .asInt())
                .isEqualTo(8);
        assertThat(config.get("model_type").asString()).isEqualTo("qwen2");
    }

    @Test
    void a_factored_table_and_codes_are_no_part_of_the_form_and_refused_in_it() {
        Checkpoint model = saved(Compression.keepAll()
                .on(linears())
                .quantize(int8())
                .on(embedding())
                .factorise(rank(8).allowLarger()));
        Plan form = HuggingFace.factored(model.plan());

        assertThat(form.arrays()).isEqualTo(Plan.dense(model.transformer()).arrays());
        assertThatThrownBy(() -> HuggingFace.write(folder.resolve("out"), model))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("have no place in a Hugging Face folder; convert it to float32 first");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    private Checkpoint saved(Compression compression) {
        Path saved = folder.resolve("saved");
        try (Model model = Model.open(QWEN2);
                Model small = model.compress(compression)) {
            small.save(saved);
        }
        return Checkpoint.open(saved);
    }
}
