package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Recipes whose candidates are SavedModels. */
class GraphRecipeCommandTest {

    private static final Path MLP = Path.of("../../src/test/resources/fixtures/dense-mlp-savedmodel/saved_model");

    @TempDir
    private Path folder;

    private Path report() {
        return folder.resolve("report");
    }

    private String recipe(String more) throws IOException {
        return Files.writeString(folder.resolve("Sizes.java"), """
                import static dev.lancet.Lancet.*;
                import dev.lancet.dsl.Compression;
                import dev.lancet.dsl.recipe.Recipe;

                class Sizes {
                    Recipe sizes() {
                        return recipe("sizes")
                                .candidate("original", checkpoint("%s"))
                                .candidate("int8", after("original"), Compression.keepAll().on(everything()).quantize(int8()))
                                .candidate("int4", checkpoint("%s"), Compression.keepAll().on(everything()).quantize(int4(32)))
                                %s
                                .report("%s");
                    }
                }
                """.formatted(MLP, MLP, more, report()))
                .toString();
    }

    private String rows() throws IOException {
        return SafetensorsRows.write(folder.resolve("rows.safetensors"), 24, 96).toString();
    }

    @Test
    void each_candidate_is_compared_with_the_first_and_saved_and_replaced_only_by_force() throws IOException {
        String recipe = recipe(".evaluate(rows(\"" + rows() + "\"))");

        Ran ran = lancet("run", recipe);

        assertThat(ran.err()).doesNotContain("error");
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("cosine").doesNotContain("perplexity", "tok/s");
        JsonNode written = new JsonMapper().readTree(report().resolve("report.json"));
        assertThat(written.get("models")).hasSize(3);
        double eight = written.get("models").get(1).get("cosine").asDouble();
        double four = written.get("models").get(2).get("cosine").asDouble();
        assertThat(written.get("models").get(0).get("cosine").asDouble()).isEqualTo(1);
        assertThat(four).isBetween(0.9, eight);
        assertThat(eight).isBetween(0.999, 1.0);
        // The same number as from the saved models, by another command.
        JsonNode evaluated = lancet(
                        "evaluate",
                        report().resolve("int4").toString(),
                        "--inputs",
                        rows(),
                        "--baseline",
                        MLP.toString(),
                        "--json")
                .json();
        assertThat(evaluated.get("recovery").asDouble()).isCloseTo(four, within(1e-6));

        assertThat(lancet("run", recipe).err()).contains("exists already", "--force");
        assertThat(lancet("run", recipe, "--force").status()).isZero();
        assertThat(lancet("run", recipe, "--resume").err()).contains("compresses graphs, of which nothing is kept");
    }

    @Test
    void what_no_run_wrote_is_not_replaced() throws IOException {
        String recipe = recipe("");
        Path mine = Files.createDirectories(report().resolve("int8"));
        Files.writeString(mine.resolve("mine.txt"), "keep");

        assertThat(lancet("run", recipe, "--force").err())
                .isEqualTo("error: force: " + mine + " is no model that a run wrote; remove it yourself\n");
        assertThat(mine.resolve("mine.txt")).hasContent("keep");
    }

    @Test
    void what_only_language_models_do_is_refused_before_anything_is_computed() throws IOException {
        assertThat(lancet("run", recipe(".sample(\"The \", 3)")).err())
                .contains("graphs write no text, so leave it out");
        assertThat(lancet("run", recipe(".evaluate(corpus(\"" + folder + "/text.txt\").rest())"))
                        .err())
                .contains("measures language models; for graphs give rows(\"FILE\")");
        assertThat(lancet("run", recipe(".seeds(1, 2)")).err()).contains("nothing of graphs depends on a seed");
        assertThat(lancet("run", recipe(".evaluate(rows(\"" + folder + "/none.npz\"))"))
                        .err())
                .contains("/none.npz\") is no file; check the path");
        assertThat(lancet("run", recipe(".train(\"int8\", corpus(\"" + folder + "/text.txt\"), adamW(1, 1e-3))"))
                        .err())
                .contains("candidate: 'int8' is a graph, which a recipe does not train");
        assertThat(report()).doesNotExist();
    }
}
