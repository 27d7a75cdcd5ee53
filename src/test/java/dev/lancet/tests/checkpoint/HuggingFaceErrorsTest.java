package dev.lancet.tests.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.checkpoint.HuggingFace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceErrorsTest {

    @TempDir
    private Path temporary;

    @Test
    void no_config() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("empty"));
        fails(folder, folder + "/config.json: there is no such file; check the path");
    }

    @Test
    void no_weights() throws IOException {
        Path folder = Folders.copy("hf-gpt2-tiny", temporary);
        Files.delete(folder.resolve("model.safetensors"));
        fails(
                folder,
                folder + ": has neither model.safetensors nor model.safetensors.index.json; convert the weights to"
                        + " safetensors first");
    }

    @Test
    void a_config_that_is_no_json() throws IOException {
        Path folder = Folders.copy("hf-gpt2-tiny", temporary);
        Files.writeString(folder.resolve("config.json"), "{\n  \"model_type\": gpt2\n}");
        assertThatThrownBy(() -> HuggingFace.open(folder))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith(folder + "/config.json: is not JSON at line 2, column 17 (")
                .hasMessageEndingWith("); correct the file there")
                .hasMessageNotContaining("\n");
    }

    @Test
    void a_config_without_a_needed_key() throws IOException {
        config("hf-gpt2-tiny", "\"n_embd\": 48,", "", "key 'n_embd' is missing; add it");
    }

    @Test
    void a_config_with_a_wrong_value() throws IOException {
        config(
                "hf-gpt2-tiny",
                "\"n_embd\": 48",
                "\"n_embd\": \"48\"",
                "key 'n_embd' is \"48\", not a whole number; correct it");
    }

    @Test
    void a_config_that_describes_no_transformer() throws IOException {
        config(
                "hf-gpt2-tiny",
                "\"n_head\": 4",
                "\"n_head\": 5",
                "attention: width 48 is not a multiple of 5 heads; change one of them or set headWidth");
    }

    @Test
    void an_architecture_that_is_not_known() throws IOException {
        config(
                "hf-llama-tiny-gqa",
                "\"model_type\": \"llama\"",
                "\"model_type\": \"t5\"",
                "architecture 't5' is not supported; use one of gpt2, llama, mistral, qwen2, qwen3, olmo2, smollm3,"
                        + " granite, phi3, gpt_neox, gemma2, gemma3_text, bert, roberta,"
                        + " xlm-roberta, distilbert, modernbert, or declare it by its parts, for example"
                        + " Transformer.encoder(\"mine\").residual(preNorm())..., as docs/reference/language.md shows");
    }

    @Test
    void a_mixture_of_experts() throws IOException {
        String wanted = "' is a mixture of experts, which is not supported; use a dense model of its family";
        config(
                "hf-llama-tiny-gqa",
                "\"model_type\": \"llama\"",
                "\"model_type\": \"qwen3_moe\"",
                "architecture 'qwen3_moe" + wanted);
        config(
                "hf-mistral-tiny",
                "\"model_type\": \"mistral\"",
                "\"model_type\": \"mixtral\", \"num_local_experts\": 8",
                "architecture 'mixtral" + wanted);
    }

    @Test
    void positions_that_are_stretched_in_another_way() throws IOException {
        config(
                "hf-llama-tiny-gqa",
                "\"rope_scaling\": null",
                "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 2.0}",
                "key 'rope_scaling.type' is yarn, which is not supported; supported is default, linear or llama3");
        config(
                "hf-llama-tiny-sharded",
                "\"rope_type\": \"default\"",
                "\"rope_type\": \"linear\"",
                "key 'rope_parameters.factor' is missing; add it");
    }

    @Test
    void functions_and_layouts_that_are_not_known() throws IOException {
        config(
                "hf-mistral-tiny",
                "\"hidden_act\": \"silu\"",
                "\"hidden_act\": \"relu\"",
                "key 'hidden_act' is relu, which is not supported; supported is silu");
        config(
                "hf-gpt2-tiny",
                "\"scale_attn_by_inverse_layer_idx\": false",
                "\"scale_attn_by_inverse_layer_idx\": true",
                "key 'scale_attn_by_inverse_layer_idx' is true, which is not supported; supported is false");
        config(
                "hf-qwen2-tiny",
                "\"use_sliding_window\": false",
                "\"use_sliding_window\": true, \"layer_types\": [\"full_attention\", \"sliding_attention\","
                        + " \"sliding_attention\"], \"sliding_window\": 16",
                "\"sliding_window\": null,",
                "",
                "key 'use_sliding_window' is true for 2 of 3 layers, which is not supported; supported is all layers or"
                        + " none");
        config(
                "hf-llama-tiny-gqa",
                "\"use_cache\": true",
                "\"quantization_config\": {\"bits\": 4}",
                "key 'quantization_config' is set, which is not supported; supported is an absent key; use a"
                        + " checkpoint with float weights");
    }

    @Test
    void a_tensor_that_is_missing() throws IOException {
        Path folder = Folders.copy("hf-gpt2-tiny", temporary);
        rename(
                folder.resolve("model.safetensors"),
                "transformer.h.1.mlp.c_fc.weight",
                "transformer.h.1.mlp.c_fd.weight");
        fails(
                folder,
                folder
                        + "/model.safetensors: tensor 'transformer.h.1.mlp.c_fc.weight' (h.1.mlp.up) is"
                        + " missing; near it:"
                        + " transformer.h.0.mlp.c_fc.weight, transformer.h.1.mlp.c_fd.weight,"
                        + " transformer.h.2.mlp.c_fc.weight");
    }

    @Test
    void a_tensor_of_another_shape() throws IOException {
        Path folder = Folders.copy("hf-gpt2-tiny", temporary);
        Folders.replace(folder.resolve("config.json"), "\"vocab_size\": 97", "\"vocab_size\": 98");
        fails(
                folder,
                folder + "/model.safetensors: tensor 'transformer.wte.weight' (embedding) has shape [97, 48],"
                        + " but config.json requires [98, 48]; get both files from the same model");
    }

    @Test
    void a_shard_that_is_missing() throws IOException {
        Path folder = Folders.copy("hf-llama-tiny-sharded", temporary);
        Files.delete(folder.resolve("model-00002-of-00003.safetensors"));
        fails(
                folder,
                folder + "/model.safetensors.index.json: shard 'model-00002-of-00003.safetensors' is not in the"
                        + " folder; get it as well");
    }

    @Test
    void a_shard_that_lies_elsewhere() throws IOException {
        Path folder = Folders.copy("hf-llama-tiny-sharded", temporary);
        Folders.replace(
                folder.resolve("model.safetensors.index.json"), "model-00002-of-00003", "../model-00002-of-00003");
        fails(
                folder,
                folder
                        + "/model.safetensors.index.json: shard '../model-00002-of-00003.safetensors' is not a"
                        + " plain file name; write the name of a file beside the index");
    }

    @Test
    void a_tensor_that_is_not_in_its_shard() throws IOException {
        Path folder = Folders.copy("hf-llama-tiny-sharded", temporary);
        Folders.replace(
                folder.resolve("model.safetensors.index.json"),
                "\"lm_head.weight\": \"model-00003-of-00003.safetensors\"",
                "\"lm_head.weight\": \"model-00001-of-00003.safetensors\"");
        fails(
                folder,
                folder + "/model.safetensors.index.json: tensor 'lm_head.weight' is not in shard"
                        + " 'model-00001-of-00003.safetensors', although the index lists it there; get the"
                        + " files again");
    }

    @Test
    void what_is_left_over_is_told() throws IOException {
        Path folder = Folders.copy("hf-qwen2-tiny", temporary);
        Folders.replace(folder.resolve("config.json"), "\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2");
        assertThat(HuggingFace.open(folder).unused())
                .hasSize(12)
                .contains("model.layers.2.self_attn.q_proj.bias")
                .allMatch(name -> name.startsWith("model.layers.2."));
    }

    private void config(String fixture, String old, String by, String message) throws IOException {
        config(fixture, old, by, "}", "}", message);
    }

    private void config(String fixture, String old, String by, String other, String otherBy, String message)
            throws IOException {
        Path folder = Folders.copy(fixture, Files.createTempDirectory(temporary, "c"));
        Folders.replace(folder.resolve("config.json"), old, by);
        Folders.replace(folder.resolve("config.json"), other, otherBy);
        fails(folder, folder + "/config.json: " + message);
    }

    /** Renames a tensor to a name of the same length, in place. */
    private static void rename(Path file, String old, String by) throws IOException {
        var latin = java.nio.charset.StandardCharsets.ISO_8859_1;
        String bytes = new String(Files.readAllBytes(file), latin);
        Files.write(file, bytes.replace(old, by).getBytes(latin));
    }

    private static void fails(Path folder, String message) {
        var before = Folders.content(folder);
        assertThatThrownBy(() -> HuggingFace.open(folder))
                .isInstanceOf(LancetException.class)
                .hasMessage(message);
        assertThat(Folders.content(folder)).isEqualTo(before);
    }
}
