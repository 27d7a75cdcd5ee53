package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The kinds of adapters on the command line, and several of them together. */
class AdapterOptionsTest {

    private static final Path FIXTURES = Path.of("../../src/test/resources/fixtures");
    private static final String STORIES = FIXTURES.resolve("stories260K-hf").toString();
    private static final String PEFT = FIXTURES.resolve("peft-lora-stories260K").toString();

    @TempDir
    private Path folder;

    private String text = "";

    @BeforeEach
    void some_stories() throws IOException {
        String all = Files.readString(FIXTURES.resolve("text-tinystories/tinystories.txt"));
        text = Files.writeString(folder.resolve("stories.txt"), all.substring(0, 6_000))
                .toString();
    }

    private Ran tune(String name, String... options) {
        List<String> all = new ArrayList<>(List.of("tune", STORIES, "--data", text));
        all.addAll(List.of("--steps", "4", "--batch", "4", "--sequence", "32", "--rate", "1e-2"));
        all.addAll(List.of("--out", folder.resolve(name).toString()));
        all.addAll(List.of(options));
        return lancet(all.toArray(String[]::new));
    }

    @Test
    void decomposed_adapters_with_dropout_beside_trained_norms_go_into_a_folder_of_peft() {
        Ran ran = tune("tuned", "--dora", "--dropout", "0.1", "--train", "norms", "--eight-bit-moments", "--json");
        assertThat(ran.json().get("out")).hasSize(1);
        assertThat(folder.resolve("tuned/adapter/adapter_config.json"))
                .content()
                .contains("\"use_dora\" : true", "\"lora_dropout\" : 0.1", "\"model.norm\"");
        String adapter = folder.resolve("tuned/adapter").toString();
        JsonNode with = lancet("evaluate", STORIES, "--adapter", adapter, "--text", text, "--json")
                .json();
        String merged = folder.resolve("merged").toString();
        JsonNode drift =
                lancet("merge", STORIES, adapter, "--out", merged, "--json").json();
        assertThat(drift.get("max_drift").asDouble()).isLessThan(1e-3);
        JsonNode after = lancet("evaluate", merged, "--text", text, "--json").json();
        assertThat(after.get("perplexity").asDouble() / with.get("perplexity").asDouble())
                .isBetween(0.999, 1.001);
    }

    @Test
    void principal_components_beside_4_bits_give_a_whole_model_and_say_why() {
        Ran ran = tune("tuned", "--pissa", "--bits", "nf4");
        assertThat(ran.out())
                .contains(
                        "not saved for PEFT: adapter: h.0.attn.q is stored as nf4(32) without its principal components")
                .contains("saved " + folder.resolve("tuned/model"));
    }

    @Test
    void several_adapters_are_weighted_alike_beside_the_model_and_merged_into_it() {
        tune("tuned", "--rank", "3", "--on", "h.*.mlp.*");
        String first = folder.resolve("tuned/adapter") + "=0.5";
        String second = PEFT + "=0.25";
        JsonNode beside = lancet("evaluate", STORIES, "--adapter", first, "--adapter", second, "--text", text, "--json")
                .json();
        String merged = folder.resolve("merged").toString();
        JsonNode drift = lancet("merge", STORIES, first, second, "--out", merged, "--json")
                .json();
        assertThat(drift.get("max_drift").asDouble()).isLessThan(1e-3);
        JsonNode after = lancet("evaluate", merged, "--text", text, "--json").json();
        assertThat(after.get("perplexity").asDouble() / beside.get("perplexity").asDouble())
                .isBetween(0.999, 1.001);
        assertThat(lancet("merge", STORIES, PEFT, PEFT, "--out", merged + "2").err())
                .contains("is named twice; add up its weights");
    }

    @Test
    void options_that_cannot_be_are_refused() {
        assertThat(tune("a", "--adapter", "full", "--dora").err()).contains("--dora: true; --adapter full");
        assertThat(tune("b", "--dropout", "1.5").err()).contains("dropout 1.5; it must lie between 0 and 1");
        assertThat(lancet("bench", "tune", "--lora", "0").err()).contains("--lora: 0; choose 1 or more");
    }
}
