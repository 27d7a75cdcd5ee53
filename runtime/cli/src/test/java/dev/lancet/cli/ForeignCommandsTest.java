package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ForeignCommandsTest {

    private static final String FIXTURES = "../../src/test/resources/fixtures/";
    private static final String MLP = FIXTURES + "dense-mlp-savedmodel/saved_model";
    private static final String KERAS = FIXTURES + "keras-transformer-classifier/saved_model";
    private static final String FROZEN = FIXTURES + "keras-transformer-classifier-frozen/frozen.pb";

    @TempDir
    private Path folder;

    @Test
    void a_saved_model_is_inspected() {
        assertThat(lancet("inspect", MLP).out()).isEqualTo("""
                        saved_model: dense-mlp-savedmodel, a graph of 27 nodes, signatures serving_default
                          dense1/kernel  [96, 256]      linear            98,304 bytes  1 use
                          dense2/kernel  [256, 256]     linear           262,144 bytes  1 use
                          dense3/kernel  [256, 10]      linear            10,240 bytes  1 use
                        stored: 93,194 parameters, 372,776 bytes
                        """);
        assertThat(lancet("inspect", KERAS).out())
                .contains(
                        "embed/token/embeddings              [4096, 64]     embedding",
                        "BatchMatMulV2): both operands are activations",
                        "unused: 45 tensors of the checkpoint that no signature reaches, 38 of them copies of"
                                + " used ones");
    }

    @Test
    void the_json_uses_the_layer_names_of_the_graph() {
        JsonNode model = lancet("inspect", KERAS, "--json").json();
        assertThat(model.get("format").asString()).isEqualTo("saved_model");
        assertThat(model.get("layers")).hasSize(15);
        assertThat(model.get("layers").get(2).get("name").asString()).isEqualTo("block0_mha/query/kernel");
        assertThat(model.get("layers").get(2).get("role").asString()).isEqualTo("linear");
        assertThat(model.get("left_alone")).hasSize(8);
    }

    @Test
    void a_plan_for_a_graph_is_made_by_the_same_rules() {
        assertThat(lancet("plan", MLP, "--on", "dense2/kernel", "--rank", "12").out())
                .contains("dense2/kernel  [256, 256]  rank 12")
                .contains("1 of 3 matrices changed");
    }

    @Test
    void a_saved_model_is_compressed_into_a_saved_model() {
        Path out = folder.resolve("small");
        Ran ran = lancet("compress", MLP, "--on", "dense2/kernel", "--energy", "0.999", "--out", out.toString());
        assertThat(ran.out())
                .contains("1 of 3 matrices changed")
                .containsPattern("largest relative error of a matrix: \\d\\.\\d+e-0[5-9] \\(dense2/kernel\\)")
                .doesNotContain("warning: ")
                .contains("quality of the whole model: unknown; give data with --calibrate FILE");
        assertThat(lancet("inspect", out.toString()).out())
                .contains(
                        "dense2/kernel  [256, 256]     linear            24,576 bytes  rank 12 float", "dense1/kernel")
                .doesNotContain("dense2/kernel.left");
        assertThat(lancet("plan", out.toString(), "--on", "dense2/*", "--rank", "4")
                        .out())
                .contains("it is a factor of dense2/kernel; so not on(named(\"dense2/*\")).factorise(rank(4))");
    }

    @Test
    void a_compressed_model_shows_ranks_and_bits() {
        Path out = folder.resolve("mixed");
        lancet(
                "compress",
                KERAS,
                "--on",
                "*",
                "--bits",
                "8",
                "--on",
                "*down*",
                "--bits",
                "16",
                "--on",
                "*mha*",
                "--bits",
                "nf4",
                "--on",
                "*up*",
                "--rank",
                "12",
                "--bits",
                "4",
                "--out",
                out.toString());
        assertThat(lancet("inspect", out.toString()).out())
                .contains(
                        "embed/token/embeddings              [4096, 64]     embedding        278,528 bytes  int8",
                        "block0_mha/query/kernel             [64, 64]       linear             2,560 bytes  nf4",
                        "block0_up/kernel                    [64, 256]      linear             3,040 bytes "
                                + " rank 12 int4",
                        "block0_down/kernel                  [256, 64]      linear            32,768 bytes  bfloat16")
                .doesNotContain("is computed from", ".scale", ".left");
        JsonNode layers = lancet("inspect", out.toString(), "--json").json().get("layers");
        assertThat(layers).hasSize(15);
        assertThat(layers.get(6).get("rank").asInt()).isEqualTo(12);
        assertThat(layers.get(6).get("dtype").asString()).isEqualTo("int4(32)");
    }

    @Test
    void a_lower_precision_is_planned_with_its_bytes() {
        for (String bits : new String[] {"16", "8", "nf4"}) {
            Path out = folder.resolve(bits);
            lancet(
                    "compress",
                    KERAS,
                    "--on",
                    "*",
                    "--bits",
                    bits,
                    "--on",
                    "logits/kernel",
                    "--keep",
                    "--out",
                    out.toString());
            JsonNode plan = lancet("plan", out.toString(), "--on", "*", "--bits", "8", "--json")
                    .json();
            JsonNode stored = lancet("inspect", out.toString(), "--json").json();

            assertThat(plan.get("steps")).hasSize(15);
            stored.get("layers").forEach(layer -> {
                if (!layer.get("dtype").asString().equals("float32")) {
                    assertThat(plan.get("steps"))
                            .filteredOn(step -> step.get("name").equals(layer.get("name")))
                            .singleElement()
                            .satisfies(step -> assertThat(step.get("bytes")).isEqualTo(layer.get("bytes")));
                }
            });
        }
    }

    @Test
    void a_budget_alone_chooses_bits_and_ranks_for_a_graph() {
        assertThat(lancet("plan", KERAS, "--budget", "2.64x", "--json")
                        .json()
                        .get("compression")
                        .asDouble())
                .isBetween(2.64, 3.0);
        Path out = folder.resolve("quarter");
        JsonNode done = lancet("compress", KERAS, "--budget", "4x", "--out", out.toString(), "--json", "--quiet")
                .json();
        assertThat(done.get("compression").asDouble()).isGreaterThanOrEqualTo(4);
        assertThat(lancet("inspect", out.toString()).out())
                .containsAnyOf("int4", "nf4")
                .doesNotContain("rank");
        Path ninth = folder.resolve("ninth");
        Path half = folder.resolve("half");
        assertThat(lancet("compress", KERAS, "--ratio", "0.5", "--out", half.toString())
                        .out())
                .containsPattern(
                        "warning: \\d+ of 15 matrices lost more than 20 % of their norm to a lower rank; the model is"
                                + " probably destroyed: give --calibrate, or use --bits 4 instead of the rank");
        lancet("compress", KERAS, "--budget", "9x", "--out", ninth.toString(), "--quiet");
        assertThat(lancet("inspect", ninth.toString()).out()).containsPattern("rank \\d+ int4");
    }

    @Test
    void a_frozen_graph_is_compressed_into_a_frozen_graph() {
        Path out = folder.resolve("small.pb");
        JsonNode answer = lancet(
                        "compress", FROZEN, "--on", "*", "--bits", "8", "--out", out.toString(), "--json", "--quiet")
                .json();
        assertThat(answer.get("steps")).hasSize(15);
        assertThat(out).isRegularFile();
        assertThat(out.toFile().length()).isLessThan(600_000);
    }
}
