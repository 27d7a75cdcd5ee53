package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.embedding;
import static dev.lancet.Lancet.feedForward;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.keys;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.muon;
import static dev.lancet.Lancet.normal;
import static dev.lancet.Lancet.outputs;
import static dev.lancet.Lancet.queries;
import static dev.lancet.Lancet.rank;
import static dev.lancet.Lancet.recipe;
import static dev.lancet.Lancet.silu;
import static dev.lancet.Lancet.swiglu;
import static dev.lancet.Lancet.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.run.CandidateResult;
import dev.lancet.runtime.run.RecipeRun;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fresh factors with a rank for each role, the tied table among them, from the declaration to the saved folder. */
class RanksByRoleTest {

    private static final Transformer BYTES = Transformer.decoder("roles")
            .vocabulary(256)
            .context(32)
            .width(32)
            .layers(2)
            .attention(heads(4))
            .feedForward(swiglu(64))
            .build();
    private static final Compression DIET = Compression.keepAll()
            .on(queries(), keys())
            .factorise(rank(6), silu())
            .on(values(), outputs())
            .factorise(rank(10), silu())
            .on(feedForward())
            .factorise(rank(14), silu())
            .on(embedding())
            .factorise(rank(20));
    private static final Training TRAINING =
            muon(30, 0.02).batch(4).sequence(16).seed(3).selfGuided(0.3);

    @TempDir
    Path folder;

    private Corpus text = corpus("none");

    @BeforeEach
    void write() throws IOException {
        Path file = folder.resolve("text.txt");
        Files.writeString(file, "the committee seeks maximum employment and price stability. ".repeat(120));
        text = corpus(file.toString()).bytes().holdOut(0.1);
    }

    @Test
    void a_recipe_trains_plans_saves_and_reports_them() throws IOException {
        Recipe roles = recipe("roles")
                .candidate("by role", BYTES, DIET.initialise(normal()))
                .pretrain(text, TRAINING)
                .evaluate(text.heldOut())
                .report(folder.resolve("report").toString());
        try (RecipeRun run = new RecipeRun(roles, Progress.silent())) {
            CandidateResult one = run.carryOut().finished().get(0);
            assertThat(one.log().orElseThrow().loss()).isLessThan(3.6);
            Plan plan = one.plan();
            assertThat(plan.step("h.1.attn.k").rank()).hasValue(6);
            assertThat(plan.step("h.1.attn.v").rank()).hasValue(10);
            assertThat(plan.step("h.1.mlp.gate").rank()).hasValue(14);
            assertThat(plan.step("embedding").rank()).hasValue(20);
            assertThat(plan.step("embedding").initialisation()).contains(normal());
            try (Model back = Model.open(folder.resolve("report/by-role"))) {
                assertThat(back.plan()).isEqualTo(plan);
                assertThat(back.perplexity(text.heldOut()))
                        .isEqualTo(one.measured().get(0).value());
            }
        }
        assertThat(Files.readString(folder.resolve("report/report.md")))
                .contains("rank 6 silu() normal()")
                .contains("rank 20 normal()")
                .contains("self-guided for the first 9 of 30 steps: 14 dense twins");
        assertThat(Files.readString(folder.resolve("report/by-role/plan.json"))).contains("\"initialisation\"");
    }

    @Test
    @Tag("slow")
    void a_training_of_them_is_taken_up_again() throws IOException {
        try (Model whole = Model.create(BYTES, DIET, 3).tokenizer(Tokenizer.bytes());
                Model again = Model.create(BYTES, DIET, 3).tokenizer(Tokenizer.bytes())) {
            whole.train(
                    text, TRAINING, CheckpointPolicy.in(folder.resolve("kept")).every(12));
            Files.delete(folder.resolve("kept/state-00000030.safetensors"));
            again.train(text, TRAINING, CheckpointPolicy.resume(folder.resolve("kept")));
            assertThat(again.weights().read("embedding.left").bytes())
                    .isEqualTo(whole.weights().read("embedding.left").bytes());
        }
    }

    @Test
    void there_is_no_product_that_could_decay_where_a_nonlinearity_stands_between() {
        try (Model model = Model.create(BYTES, DIET, 3).tokenizer(Tokenizer.bytes())) {
            assertThatThrownBy(() -> model.train(text, TRAINING.decayProduct(linears(), 0.1)))
                    .isInstanceOf(LancetException.class)
                    .hasMessage("decayProduct: h.0.attn.q has silu() between its factors, so they have no product that"
                            + " could decay; leave it out there, or decay each factor with decay(...)");
            model.train(text, TRAINING.decayProduct(embedding(), 0.1));
            assertThat(model.log().orElseThrow().steps()).isEqualTo(30);
        }
    }

    @Test
    void trained_weights_do_not_begin_otherwise() {
        try (Model dense = Model.create(BYTES, 3)) {
            Compression late =
                    Compression.keepAll().on(linears()).factorise(rank(6)).initialise(normal());
            assertThatThrownBy(() -> dense.compress(late))
                    .isInstanceOf(LancetException.class)
                    .hasMessage("compress: h.0.attn.q has trained weights, so its factors are computed from them;"
                            + " initialise(normal()) is only for fresh weights, leave it out");
        }
    }
}
