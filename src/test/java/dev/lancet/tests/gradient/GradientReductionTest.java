package dev.lancet.tests.gradient;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.gradient.OptimizerStep;
import dev.lancet.surgery.pass.Accumulation;
import dev.lancet.surgery.pass.GradientReduction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.GraphDef;

/** Several workers, each with its part of the batch, take the step that one takes with the whole. */
class GradientReductionTest {

    private static final int BATCH = 4;
    private static final int SEQUENCE = 6;
    private static final int REPORT = 2;
    private static final double RATE = 0.003;
    private static final Transformer MODEL = TinyModels.llama();
    private static final Plan PLAN =
            Plan.of(MODEL, Compression.keepAll().on(Selector.linears()).factorise(Rank.rank(2)));

    @ParameterizedTest
    @ValueSource(longs = {200, 1 << 20})
    void fifty_steps_of_two_workers_go_the_way_of_one(long bucket) {
        GraphDef one = Doubled.of(step(BATCH, 1, gradients -> gradients));
        GradientReduction reduction = new GradientReduction(TwoWorkers.COUNT, REPORT, bucket, 7);
        GraphDef two = TwoWorkers.of(Doubled.of(step(BATCH / 2, 1, gradients -> reduction.of(gradients, variables()))));

        assertThat(lossesOfTwo(two, 1)).satisfies(losses -> assertClose(losses, lossesOfOne(one, 1)));
    }

    @Test
    void batches_are_added_up_before_the_workers_reduce_them_once() {
        GraphDef one = Doubled.of(step(BATCH, 2, gradients -> gradients));
        GradientReduction reduction = new GradientReduction(TwoWorkers.COUNT, REPORT, 1 << 20, 7);
        GraphDef two = TwoWorkers.of(Doubled.of(step(BATCH / 2, 2, gradients -> reduction.of(gradients, variables()))));

        assertThat(lossesOfTwo(two, 2)).satisfies(losses -> assertClose(losses, lossesOfOne(one, 2)));
    }

    @Test
    void the_reduction_is_golden() {
        Plan dense = Plan.dense(MODEL);
        GradientReduction reduction = new GradientReduction(3, REPORT, 600, 40);
        GraphDef plain = gradients(dense, 2);
        GraphDef reduced = reduction.of(plain, names(dense));

        assertThat(reduced).isGoldenDifference(plain, "passes/llama.gradient-reduction.diff");
    }

    @Test
    void gradients_that_are_sent_in_bfloat16_are_golden() {
        Plan dense = Plan.dense(MODEL);
        GraphDef plain = gradients(dense, 2);
        GraphDef reduced = new GradientReduction(3, REPORT, 600, 40, true).of(plain, names(dense));

        assertThat(reduced).isGoldenDifference(plain, "passes/llama.gradient-reduction.bfloat16.diff");
    }

    @ParameterizedTest
    @ValueSource(longs = {200, 1 << 20})
    void gradients_that_are_sent_in_bfloat16_teach_almost_the_same(long bucket) {
        GraphDef one = step(BATCH, 1, gradients -> gradients);
        GradientReduction reduction = new GradientReduction(TwoWorkers.COUNT, REPORT, bucket, 7, true);
        GraphDef two = TwoWorkers.of(step(BATCH / 2, 1, gradients -> reduction.of(gradients, variables())));

        List<Double> expected = lossesOfOne(one, 1);
        List<Double> losses = lossesOfTwo(two, 1);
        // The first loss is computed before anything was sent.
        assertThat(losses.get(0)).isCloseTo(expected.get(0), withinPercentage(1e-4));
        assertThat(losses).isNotEqualTo(expected);
        for (int i = 0; i < losses.size(); i++) {
            assertThat(losses.get(i)).as("loss " + i).isCloseTo(expected.get(i), withinPercentage(0.5));
        }
    }

    @Test
    void the_gradients_that_are_ready_first_are_sent_first() {
        GraphDef reduced =
                new GradientReduction(2, 1, 1, 0).of(gradients(Plan.dense(MODEL), 2), names(Plan.dense(MODEL)));
        List<String> sent = reduced.getNodeList().stream()
                .filter(node -> node.getOp().equals("CollectiveReduceV2"))
                .map(node -> node.getInput(0))
                .toList();

        assertThat(sent.get(0)).isEqualTo("head.grad.own");
        assertThat(sent).containsSubsequence("h.1.mlp.down.grad.own", "h.0.mlp.down.grad.own", "embedding.grad.own");
    }

    @Test
    void a_variable_without_a_gradient_is_refused() {
        GraphDef graph = gradients(Plan.dense(MODEL), 2);
        assertThatThrownBy(() -> new GradientReduction(2, 1, 1, 0).of(graph, List.of("angles")))
                .hasMessage(
                        "gradient of angles: the graph has none; derive the graph before its gradients are reduced");
    }

    @Test
    void a_gradient_that_is_not_float32_is_refused() {
        GraphDef graph = Doubled.of(gradients(Plan.dense(MODEL), 2));
        assertThatThrownBy(() -> new GradientReduction(2, 1, 1, 0).of(graph, List.of("head")))
                .hasMessage("gradient of head: it is not float32, so its mean would be rounded at each worker; cast it"
                        + " first");
    }

    @Test
    void one_worker_has_nothing_to_reduce() {
        assertThatThrownBy(() -> new GradientReduction(1, 1, 1, 0))
                .hasMessage("workers: 1; a reduction needs 2 or more");
        assertThatThrownBy(() -> new GradientReduction(2, 1, 0, 0))
                .hasMessage("bucket: 0 bytes with a report of 1; both must be 1 or more");
    }

    @Test
    void a_ring_sends_almost_twice_the_gradients() {
        assertThat(GradientReduction.bytesSent(2, 1000)).isEqualTo(4000);
        assertThat(GradientReduction.bytesSent(4, 1000)).isEqualTo(6000);
    }

    private interface Reducing {
        GraphDef of(GraphDef gradients);
    }

    private static List<String> names(Plan plan) {
        return plan.arrays().stream().map(ArraySpec::name).toList();
    }

    private static List<String> variables() {
        return names(PLAN);
    }

    private static GraphDef gradients(Plan plan, int batch) {
        GraphDef forward = Surgeon.operate(Blueprint.training(MODEL, batch, SEQUENCE), plan)
                .graph();
        return Backward.derive(forward, "loss", names(plan));
    }

    private static GraphDef step(int batch, int parts, Reducing reducing) {
        GraphDef sums = Accumulation.of(gradients(PLAN, batch), variables(), parts);
        return new OptimizerStep(0.9, 0.95, 1e-8, 0.1, 1).on(reducing.of(sums), variables());
    }

    private static int[] ids(int step, int part, int seed) {
        return new Random(1000L * step + 10L * part + seed)
                .ints((long) BATCH * SEQUENCE, 0, MODEL.vocabulary())
                .toArray();
    }

    private static List<Double> lossesOfOne(GraphDef step, int parts) {
        try (Trial trial = new Trial(step)) {
            trial.fill(1);
            trial.run("train.start");
            return losses(
                    parts,
                    (name, number) -> trial.feed(name, number),
                    (number, part) -> {
                        trial.feed("ids", ids(number, part, 1), BATCH, SEQUENCE);
                        trial.feed("labels", ids(number, part, 2), BATCH, SEQUENCE);
                    },
                    target -> trial.fetch(List.of("loss"), List.of(target)).get(0)[0]);
        }
    }

    /** Each worker sees its rows; what both tell must be the same, and the mean of their losses. */
    private static List<Double> lossesOfTwo(GraphDef step, int parts) {
        try (Trial trial = new Trial(step, TwoWorkers.COUNT)) {
            Map<String, double[]> weights;
            try (Trial one = new Trial(step(BATCH, 1, gradients -> gradients))) {
                weights = one.fill(1);
            }
            int half = BATCH * SEQUENCE / 2;
            for (int i = 0; i < TwoWorkers.COUNT; i++) {
                String worker = i + "/";
                weights.forEach((name, numbers) -> trial.set(worker + name, numbers));
                trial.run(worker + "train.start");
                trial.feed(worker + "workers.report", new double[] {i, 10 + i}, REPORT);
            }
            return losses(
                    parts,
                    (name, number) -> {
                        trial.feed("0/" + name, number);
                        trial.feed("1/" + name, number);
                    },
                    (number, part) -> {
                        for (int i = 0; i < TwoWorkers.COUNT; i++) {
                            for (String array : List.of("ids", "labels")) {
                                int[] whole = ids(number, part, array.equals("ids") ? 1 : 2);
                                int[] own = Arrays.copyOfRange(whole, i * half, (i + 1) * half);
                                trial.feed(i + "/" + array, own, BATCH / 2, SEQUENCE);
                            }
                        }
                    },
                    target -> {
                        if (!target.equals("train")) {
                            List<double[]> losses =
                                    trial.fetch(List.of("0/loss", "1/loss"), List.of("0/" + target, "1/" + target));
                            return (losses.get(0)[0] + losses.get(1)[0]) / 2;
                        }
                        List<double[]> told = trial.fetch(
                                List.of("0/workers.summary", "1/workers.summary", "0/workers.waited"),
                                List.of("0/train", "1/train"));
                        assertThat(told.get(0)).isEqualTo(told.get(1));
                        assertThat(told.get(0)).endsWith(1, 21);
                        assertThat(told.get(2)[0]).isBetween(0.0, 10.0);
                        return told.get(0)[0] / 2;
                    });
        }
    }

    private interface Feeding {
        void feed(String name, double number);
    }

    private interface Batch {
        void feed(int step, int part);
    }

    private interface Run {
        double loss(String target);
    }

    private static List<Double> losses(int parts, Feeding feeding, Batch batch, Run run) {
        List<Double> losses = new ArrayList<>();
        feeding.feed("rate", RATE);
        for (int t = 1; t <= Course.STEPS; t++) {
            feeding.feed("beta1.power", Math.pow(0.9, t));
            feeding.feed("beta2.power", Math.pow(0.95, t));
            for (int part = 0; part < parts; part++) {
                batch.feed(t, part);
                boolean last = part == parts - 1;
                losses.add(run.loss(last ? "train" : part == 0 ? "accumulate.first" : "accumulate.more"));
            }
        }
        return losses;
    }

    private static void assertClose(List<? extends Double> losses, List<Double> expected) {
        assertThat(losses).hasSameSizeAs(expected);
        for (int i = 0; i < losses.size(); i++) {
            assertThat(losses.get(i)).as("loss " + i).isCloseTo(expected.get(i), withinPercentage(1e-5));
        }
    }
}
