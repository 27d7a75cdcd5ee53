package dev.lancet.tests.gradient;

import static dev.lancet.tests.gradient.Differences.assertSlope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Nonlinearity;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.recipe.SelfGuidance;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.SelfGuidanceGraph;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.gradient.OptimizerStep;
import dev.lancet.surgery.pass.Passes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.GraphDef;

/** What a layer with a dense twin computes, how it is differentiated, and where it ends at either end of the fade. */
class SelfGuidedTest {

    private static final int BATCH = 4;
    private static final int SEQUENCE = 5;
    private static final int STEPS = 30;
    private static final Compression NARROW =
            Compression.keepAll().on(Selector.everything()).factorise(Rank.rank(2));
    private static final Compression BENT = NARROW.on(Selector.linears()).factorise(Rank.rank(2), Nonlinearity.silu());

    static Stream<Arguments> models() {
        return Stream.of(TinyModels.all().get(0), TinyModels.llama())
                .flatMap(model -> Stream.of(Arguments.of(model, NARROW), Arguments.of(model, BENT)));
    }

    private static List<Step> twins(Plan plan) {
        return new SelfGuidance(0.5).twins(plan);
    }

    private static List<String> names(Plan plan, List<Step> twins) {
        return Stream.concat(
                        plan.arrays().stream().map(ArraySpec::name),
                        twins.stream().map(step -> step.weight().name()))
                .toList();
    }

    private static GraphDef guided(Transformer model, Plan plan, int batch) {
        return SelfGuidanceGraph.operate(Blueprint.training(model, batch, SEQUENCE), plan, twins(plan));
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradients_of_twins_and_factors_are_slopes_of_the_loss_in_float64(Transformer model, Compression diet) {
        Plan plan = Plan.of(model, diet);
        GraphDef forward = guided(model, plan, BATCH);
        List<String> names = names(plan, twins(plan));
        try (Trial steep = new Trial(Doubled.of(forward));
                Trial trial = new Trial(Backward.derive(forward, "loss", names))) {
            feed(model, steep, 0.3);
            feed(model, trial, 0.3);
            Map<String, double[]> values = steep.fill(3);
            trial.fill(3);
            Random random = new Random(11);
            for (String weight : List.of("h.0.attn.q", "h.1.mlp.down")) {
                List<String> three = List.of(weight, weight + ".left", weight + ".right");
                List<double[]> gradients = trial.fetchAll(three, ".grad");
                for (int i = 0; i < three.size(); i++) {
                    assertSlope(three.get(i), gradients.get(i), steep, values.get(three.get(i)), random);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void with_the_whole_share_the_twins_go_the_way_of_the_dense_model(Transformer model, Compression diet) {
        Plan plan = Plan.of(model, diet);
        Plan tables = Plan.of(model, diet.on(Selector.linears()).keep());
        GraphDef dense = Surgeon.operate(Blueprint.training(model, BATCH, SEQUENCE), tables)
                .graph();
        sameWay(guided(model, plan, BATCH), names(plan, twins(plan)), dense, names(tables, List.of()), model, 1);
    }

    @ParameterizedTest
    @MethodSource("models")
    void without_any_share_the_factors_go_the_way_of_the_plain_low_rank_model(Transformer model, Compression diet) {
        Plan plan = Plan.of(model, diet);
        GraphDef plain = Surgeon.operate(Blueprint.training(model, BATCH, SEQUENCE), plan)
                .graph();
        sameWay(guided(model, plan, BATCH), names(plan, twins(plan)), plain, names(plan, List.of()), model, 0);
    }

    private static void sameWay(
            GraphDef guided, List<String> names, GraphDef other, List<String> others, Transformer model, double share) {
        try (Trial one = new Trial(step(guided, names, new Passes(Set.of(), 1)));
                Trial two = new Trial(step(other, others, new Passes(Set.of(), 1)))) {
            Map<String, double[]> values = one.fill(1);
            others.forEach(name -> two.set(name, values.get(name)));
            List<Double> expected = losses(two, model, share);
            List<Double> actual = losses(one, model, share);
            assertThat(expected.get(STEPS - 1)).isLessThan(0.95 * expected.get(0));
            for (int i = 0; i < STEPS; i++) {
                assertThat(actual.get(i)).as("loss %d", i).isCloseTo(expected.get(i), within(1e-6));
            }
            for (String name : others) {
                Differences.assertClose(name, one.fetch(name + ".read"), two.fetch(name + ".read"), 1e-5);
            }
        }
    }

    @Test
    void twins_begin_as_the_product_of_the_factors() {
        Transformer model = TinyModels.llama();
        Plan plan = Plan.of(model, NARROW);
        try (Trial trial = new Trial(SelfGuidanceGraph.started(guided(model, plan, BATCH), twins(plan)))) {
            Map<String, double[]> values = trial.fill(5);
            feed(model, trial, 1);
            trial.run(SelfGuidanceGraph.START);
            double[] left = values.get("h.0.mlp.up.left");
            double[] right = values.get("h.0.mlp.up.right");
            double[] product = new double[8 * 12];
            for (int i = 0; i < product.length; i++) {
                product[i] = left[2 * (i / 12)] * right[i % 12] + left[2 * (i / 12) + 1] * right[12 + i % 12];
            }
            Differences.assertClose("h.0.mlp.up", trial.fetch("h.0.mlp.up.read"), product, 1e-6);
            double whole = trial.fetch("loss")[0];
            feed(model, trial, 0);
            assertThat(trial.fetch("loss")[0]).isCloseTo(whole, within(1e-6));
        }
    }

    @Test
    void fast_and_mixed_steps_stay_near_the_plain_ones() {
        Transformer model = TinyModels.llama();
        Plan plan = Plan.of(model, BENT);
        List<String> names = names(plan, twins(plan));
        List<List<Double>> all = new ArrayList<>();
        for (Passes passes : List.of(
                new Passes(Set.of(), 1), Passes.of(BATCH, 2, false, Set.of()), Passes.of(BATCH, 2, true, Set.of()))) {
            GraphDef forward = guided(model, plan, BATCH / passes.streams());
            try (Trial trial = new Trial(step(forward, names, passes))) {
                trial.fill(1);
                all.add(losses(trial, model, 0.4));
            }
        }
        for (int i = 0; i < STEPS; i++) {
            assertThat(all.get(1).get(i)).isCloseTo(all.get(0).get(i), within(1e-4));
            assertThat(all.get(2).get(i)).isCloseTo(all.get(0).get(i), within(0.06));
        }
    }

    /**
     * With an epsilon that keeps AdamW from making steps out of rounding, and without clipping: the global norm of more arrays is
     * rounded otherwise.
     */
    private static GraphDef step(GraphDef forward, List<String> names, Passes passes) {
        GraphDef graph = passes.forward(forward);
        GraphDef gradients = passes.gradients(graph, Backward.derive(graph, "loss", names));
        return passes.finished(new OptimizerStep(0.9, 0.95, 1e-3, 0, 0).on(gradients, names));
    }

    private static List<Double> losses(Trial trial, Transformer model, double share) {
        trial.run("train.start");
        feed(model, trial, share);
        trial.feed("rate", 0.01);
        List<Double> losses = new ArrayList<>();
        for (int step = 1; step <= STEPS; step++) {
            trial.feed("beta1.power", Math.pow(0.9, step));
            trial.feed("beta2.power", Math.pow(0.95, step));
            losses.add(trial.fetch(List.of("loss"), List.of("train")).get(0)[0]);
        }
        return losses;
    }

    private static void feed(Transformer model, Trial trial, double share) {
        trial.feedIds("ids", model.vocabulary(), 1, BATCH, SEQUENCE);
        trial.feedIds("labels", model.vocabulary(), 2, BATCH, SEQUENCE);
        trial.feed("guide", share);
    }
}
