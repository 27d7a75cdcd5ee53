package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class InspectCommandTest {

    @Test
    void the_document_has_what_the_contract_says() {
        JsonNode model = lancet("inspect", "llama-2-7b", "--json").json();

        assertThat(model.get("format").asString()).isEqualTo("preset");
        assertThat(model.get("architecture").asString()).startsWith("Transformer.decoder(\"llama-2-7b\")");
        assertThat(model.get("parameters").asLong()).isEqualTo(6_738_415_616L);
        assertThat(model.get("bytes").asLong()).isEqualTo(4 * 6_738_415_616L);
        assertThat(model.get("layers")).hasSize(2 + 7 * 32);
        JsonNode query = model.get("layers").get(1);
        assertThat(query.propertyNames()).contains("name", "role", "rows", "columns", "dtype", "bytes");
        assertThat(query.get("name").asString()).isEqualTo("h.0.attn.q");
        assertThat(query.get("role").asString()).isEqualTo("query");
        assertThat(query.get("bytes").asLong()).isEqualTo(4096L * 4096 * 4);
    }

    @Test
    void people_get_a_summary_and_a_table() {
        assertThat(lancet("inspect", "gpt2-127m").out())
                .startsWith("preset: Transformer.decoder(\"gpt2-127m\")")
                .contains("124,439,808 parameters", "h.11.mlp.down  [3072, 768]")
                .endsWith("stored: 124,439,808 parameters, 497,759,232 bytes\n");
    }

    @Test
    void a_checkpoint_is_shown_in_the_type_of_its_files() {
        JsonNode model = lancet("inspect", "../../src/test/resources/fixtures/hf-llama-tiny-sharded", "--json")
                .json();

        assertThat(model.get("format").asString()).isEqualTo("hugging_face");
        assertThat(model.get("bytes").asLong()).isEqualTo(2 * 147_008L);
        assertThat(model.get("layers").get(1).get("dtype").asString()).isEqualTo("bfloat16");
        assertThat(model.get("layers").get(1).get("bytes").asLong()).isEqualTo(64L * 64 * 2);
    }

    @Test
    void a_missing_input_is_named() {
        assertThat(lancet("inspect", "nowhere"))
                .isEqualTo(new Ran(
                        1,
                        "",
                        "error: model: nowhere; there is no such file, folder or preset (gpt2-127m, gpt2-1.5b,"
                                + " tinyllama-1.1b, llama-2-7b, llama-2-13b)\n"));
    }
}
