package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class PlanCommandTest {

    private static final String QUICKSTART = "../../samples/quickstart.lancet.kts";

    @TempDir
    private Path folder;

    @Test
    void a_published_model_is_planned_without_its_weights() {
        Ran ran = lancet("plan", "llama-2-7b", "--bits", "4", "--group", "32", "--json");

        assertThat(ran.status()).isZero();
        assertThat(ran.err()).isEmpty();
        assertThat(ran.json().get("bytes_before").asLong()).isEqualTo(26_953_662_464L);
        assertThat(ran.json().get("bytes_after").asLong()).isEqualTo(4_654_776_320L);
    }

    @Test
    void a_mistake_in_a_recipe_is_shown_where_it_stands() throws IOException {
        Path script = folder.resolve("wrong.lancet.kts");
        Files.writeString(script, """
                val gpt = Transformer.decoder("mini")
                    .vocabulary(256).context(16).width(16).layers(1)
                    .attention(heads(2)).feedForward(swiglu(32)).build()
                recipe("wrong")
                    .candidate("dense", gpt)
                    .candidate("small", gpt, Compression.keepAll().on(named("h.*.mlpp.*")).quantize(int8()))
                """);

        String[] wrong = lancet("plan", script.toString()).err().split("\n", -1);

        assertThat(wrong[0]).startsWith("error: " + script + ":6:").contains("h.*.mlpp.*", "near it: h.0.mlp.up");
        assertThat(wrong[1].substring(wrong[2].indexOf('^'))).startsWith("\"h.*.mlpp.*\"");
    }

    @Test
    void a_recipe_is_planned_for_hardware_that_is_not_here() throws IOException {
        JsonNode plan =
                lancet("plan", QUICKSTART, "--cluster", "2x4 h100", "--json").json();
        JsonNode cluster = plan.get("candidates").get(0).get("cluster");

        assertThat(cluster.get("hardware").asString()).isEqualTo("2x4 h100");
        assertThat(cluster.get("workers").asInt()).isEqualTo(8);
        assertThat(cluster.get("fits").asBoolean()).isTrue();
        assertThat(cluster.get("seconds").asDouble()).isPositive();
        assertThat(lancet("plan", QUICKSTART, "--cluster", "2x4 h100").out())
                .contains(" on 2x4 h100: 8 workers, each with ", "  memory of a device  ", "at least");
        assertThat(lancet("plan", "gpt2-127m", "--bits", "8", "--cluster", "2x4 h100")
                        .err())
                .isEqualTo("error: --cluster: gpt2-127m is a model without a training; name a recipe\n");
        assertThat(lancet("plan", QUICKSTART, "--rates", "rates.json").err())
                .isEqualTo("error: --rates: has no effect without --cluster; give both\n");
    }

    @Test
    void the_canonical_text_is_that_of_golden_files() {
        String model = lancet("plan", "gpt2-127m", "--bits", "8", "--canonical").out();
        String recipe = lancet("plan", QUICKSTART, "--canonical").out();

        assertThat(model)
                .startsWith("# lancet plan text 1\nmodel = gpt2-127m\n")
                .contains("\ntotal.bytes = ");
        assertThat(recipe).startsWith("# lancet plan text 1\n").contains(" int8, ");
        assertThat(lancet("plan", "gpt2-127m", "--bits", "8", "--canonical", "--json")
                        .err())
                .isEqualTo("error: --canonical: --json is another form of a plan; leave out one\n");
    }

    @Test
    void the_document_has_what_the_contract_says() {
        JsonNode plan = lancet("plan", "gpt2-127m", "--rank", "64", "--bits", "4", "--json")
                .json();

        assertThat(plan.propertyNames()).contains("bytes_before", "bytes_after", "compression", "steps", "kept");
        assertThat(plan.get("steps").get(0).propertyNames())
                .contains("name", "rank", "bits", "group", "bytes", "because");
        assertThat(plan.get("kept").get(0).propertyNames()).contains("name", "because");
        assertThat(plan.get("steps").get(0).get("group").asInt()).isEqualTo(32);
    }

    @Test
    void people_get_a_table() {
        assertThat(lancet("plan", "gpt2-127m", "--bits", "8").out())
                .startsWith("plan for gpt2-127m\n")
                .contains("\n  h.0-11.mlp.down  [3072, 768]  ", " bytes each  ")
                .hasLineCount(1 + 2 + 6 + 3)
                .contains("x smaller\n")
                .endsWith(
                        " bytes in memory: the stored arrays, and the largest quantised layer while it is unpacked\n");
    }

    @Test
    void every_matrix_has_a_line_of_its_own_if_wanted_and_equal_ones_share_one_only_if_they_are_equal() {
        assertThat(lancet("plan", "gpt2-127m", "--bits", "8", "--all").out())
                .contains("\n  h.11.mlp.down  ")
                .doesNotContain(" each")
                .hasLineCount(1 + 2 + 12 * 6 + 3);
        String[] mixed = {
            "plan", "gpt2-127m", "--on", "h.3.mlp.up", "--rank", "64", "--on", "h.7.mlp.up", "--rank", "64"
        };
        assertThat(lancet(mixed).out())
                .contains("\n  h.3.mlp.up  ", "\n  h.0-2,4-6,8-11.mlp.up  ", "\n  h.0-11.attn.q  ");
    }

    @Test
    void self_guidance_is_shown_beside_the_plan() throws IOException {
        Path script = folder.resolve("guided.lancet.kts");
        Files.writeString(script, """
                val gpt = Transformer.decoder("tiny").vocabulary(256).context(16).width(16).layers(1)
                    .attention(heads(2)).feedForward(swiglu(40)).build()
                val diet = Compression.keepAll()
                    .on(queries(), keys()).factorise(rank(3), silu())
                    .on(values(), outputs(), feedForward()).factorise(rank(5), silu())
                    .on(embedding()).factorise(rank(8))
                    .initialise(spectral())
                recipe("guided").candidate("low rank", gpt, diet)
                    .pretrain(corpus("none.txt").bytes(), muon(40, 0.01).selfGuided(0.5))
                """);
        assertThat(lancet("plan", script.toString()).out())
                .contains("rank 3 silu() spectral() float32")
                .endsWith("self-guided for the first 20 of 40 steps: 7 dense twins with 2,944 parameters, dropped"
                        + " then\n");
        JsonNode plan = lancet("plan", script.toString(), "--json").json();
        assertThat(plan.get("guided_steps").asInt()).isEqualTo(20);
        assertThat(plan.get("guided_twins").asInt()).isEqualTo(7);
        assertThat(plan.get("steps").get(0).get("initialisation").asString()).isEqualTo("spectral");
    }

    @Test
    void a_recipe_is_planned_candidate_by_candidate() {
        Ran ran = lancet("plan", QUICKSTART, "--json");

        assertThat(ran.err()).isEmpty();
        JsonNode plan = ran.json();
        assertThat(plan.get("candidates")).hasSize(3);
        assertThat(plan.get("candidate").asString()).isEqualTo("low rank int8");
        assertThat(plan.get("bytes_after"))
                .isEqualTo(plan.get("candidates").get(2).get("bytes_after"));
        JsonNode step = plan.get("steps").get(1);
        assertThat(step.get("rank").asInt()).isEqualTo(44);
        assertThat(step.get("bits").asInt()).isEqualTo(8);
    }

    @Test
    void the_rules_of_a_recipe_fit_another_model() throws IOException {
        Path diet = Files.writeString(folder.resolve("Diet.java"), """
                import static dev.lancet.Lancet.*;
                import dev.lancet.dsl.Compression;
                import dev.lancet.dsl.recipe.Recipe;
                class Diet {
                    Recipe diet() {
                        return recipe("diet").candidate("it", preset("gpt2-127m"),
                                Compression.keepAll().on(feedForward()).factorise(rank(8), int8()));
                    }
                }
                """);

        JsonNode plan =
                lancet("plan", "tinyllama-1.1b", diet.toString(), "--json").json();

        assertThat(plan.get("model").asString()).isEqualTo("tinyllama-1.1b");
        assertThat(plan.get("steps")).hasSize(3 * 22);
        assertThat(lancet("plan", "tinyllama-1.1b", QUICKSTART))
                .isEqualTo(new Ran(
                        1,
                        "",
                        "error: rules: recipe quickstart has several compressed candidates, [low rank, low rank int8];"
                                + " keep one\n"));
    }

    @Test
    void rules_come_from_one_place() {
        assertThat(lancet("plan", QUICKSTART, "--bits", "8"))
                .isEqualTo(new Ran(
                        2,
                        "",
                        "error: rules: " + QUICKSTART + " is a recipe and has its own rules; name a model"
                                + " instead, or leave the options out\n"));
        assertThat(lancet("plan", "gpt2-127m", QUICKSTART, "--bits", "8"))
                .isEqualTo(new Ran(
                        2, "", "error: rules: " + QUICKSTART + " and options are both given; give" + " only one\n"));
    }

    @Test
    void an_error_in_a_script_is_one_line_followed_by_the_place() throws IOException {
        Path script = Files.writeString(folder.resolve("bad.lancet.kts"), "val r = rank(0)\nrecipe(\"x\")\n");

        assertThat(lancet("plan", script.toString()))
                .isEqualTo(new Ran(
                        1,
                        "",
                        "error: " + script + ":1:9: rank: 0; it must be at least 1\nval r = rank(0)\n        ^\n"));
    }

    @Test
    void a_recipe_without_candidates_has_no_plan() throws IOException {
        Path script = Files.writeString(folder.resolve("none.lancet.kts"), "recipe(\"x\")\n");

        assertThat(lancet("plan", script.toString()))
                .isEqualTo(new Ran(1, "", "error: recipe: x has no candidate; add one\n"));
    }
}
