package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.surgery.graph.GraphText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DiffCommandTest {

    private static final String FIXTURES = "../../src/test/resources/fixtures/";

    @TempDir
    private Path folder;

    private String neg;
    private String abs;

    @BeforeEach
    void write() throws IOException {
        neg = graph("neg.pb", "x = Placeholder [2]\nw = Variable [2]\ny = Neg(x)\n");
        abs = graph("abs.pb", "x = Placeholder [2]\ny = Abs(x)\nz = Abs(y)\n");
    }

    private String graph(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, GraphText.parse(text).toByteArray());
        return file.toString();
    }

    @Test
    void equal_inputs_print_nothing_and_exit_with_0() {
        assertThat(lancet("diff", neg, neg)).isEqualTo(new Ran(0, "", ""));
        assertThat(lancet("diff", neg, neg, "--json").json().get("equal").asBoolean())
                .isTrue();
    }

    @Test
    void graphs_that_differ_are_shown_as_a_unified_diff_and_end_in_one() {
        Ran ran = lancet("diff", neg, abs);

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).isEqualTo("--- " + neg + "\n+++ " + abs + """

                @@ -1,4 +1,4 @@
                 # lancet graph text 1
                -w = Variable [2]
                 x = Placeholder [2]
                -y = Neg(x)
                +y = Abs(x)
                +z = Abs(y)
                """);
        assertThat(ran.err()).isEqualTo(neg + " and " + abs + " differ: 1 added, 1 removed, 1 changed\n");
    }

    @Test
    void the_document_has_what_the_contract_says() {
        Ran ran = lancet("diff", neg, abs, "--json");
        JsonNode document = ran.json();

        assertThat(ran.status()).isEqualTo(1);
        assertThat(document.get("added").toString()).isEqualTo("[\"z\"]");
        assertThat(document.get("removed").toString()).isEqualTo("[\"w\"]");
        assertThat(document.get("changed").toString()).isEqualTo("[\"y\"]");
    }

    @Test
    void saved_models_and_compressed_copies_are_compared() {
        String model = FIXTURES + "dense-mlp-savedmodel/saved_model";
        String slim = folder.resolve("slim").toString();

        assertThat(lancet("diff", model, model).status()).isZero();
        assertThat(lancet("compress", model, "--bits", "8", "--out", slim).status())
                .isZero();
        Ran ran = lancet("diff", model, slim, "--json");
        assertThat(ran.json().get("added").toString()).contains("\"dense2/kernel.scale\"");
        assertThat(ran.json().get("matrices"))
                .extracting(row -> row.get("name").asString() + " "
                        + row.get("before").get("form").asString() + " "
                        + row.get("after").get("form").asString())
                .contains("dense2/kernel float32 int8");
    }

    @Test
    void only_the_cut_layers_of_a_saved_model_with_functions_differ() {
        String model = FIXTURES + "keras-transformer-classifier/saved_model";
        String slim = folder.resolve("slim").toString();
        assertThat(lancet("compress", model, "--on", "logits/kernel", "--bits", "8", "--out", slim)
                        .status())
                .isZero();

        Ran ran = lancet("diff", model, slim);
        assertThat(ran.out().lines().findFirst())
                .hasValue("  logits/kernel  [64, 3]  float32 -> int8  768 -> 204 bytes");
        assertThat(ran.err())
                .startsWith(model + " and " + slim + " differ: 1 of 15 matrices are stored otherwise; nodes: ");
        JsonNode document = lancet("diff", model, slim, "--json").json();
        assertThat(document.get("added").toString()).contains("\"logits/kernel.scale\"");
        assertThat(document.get("added"))
                .allSatisfy(name -> assertThat(name.asString()).contains("logits"));
        assertThat(document.get("changed"))
                .allSatisfy(name -> assertThat(name.asString()).contains("logits"));
    }

    @Test
    void declared_models_and_their_plans_are_compared() {
        String model = FIXTURES + "stories260K-hf";
        String eight = folder.resolve("eight").toString();
        String four = folder.resolve("four").toString();
        assertThat(lancet("compress", model, "--bits", "8", "--out", eight).status())
                .isZero();
        assertThat(lancet("compress", model, "--bits", "4", "--out", four).status())
                .isZero();

        assertThat(lancet("diff", eight, eight).status()).isZero();
        assertThat(lancet("diff", model, eight, "--json").json().get("added").toString())
                .contains("\"h.0.attn.q.scale\"");
        JsonNode plans = lancet("diff", eight + "/plan.json", four + "/plan.json", "--json")
                .json();
        assertThat(plans.get("added")).isEmpty();
        assertThat(plans.get("changed").toString()).contains("\"h.0.attn.q\"", "\"total.bytes\"");
    }

    @Test
    void a_plan_and_a_graph_cannot_be_compared_and_a_missing_file_is_named() {
        assertThat(lancet("diff", neg, "plan.json").err()).contains("cannot be compared; compare two plans");
        assertThat(lancet("diff", neg, "nowhere.pb"))
                .isEqualTo(new Ran(1, "", "error: nowhere.pb: there is no such file or folder; check the path\n"));
        assertThat(lancet("diff", neg).status()).isEqualTo(2);
    }
}
