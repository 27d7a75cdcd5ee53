package dev.lancet.tests.gradient;

import static dev.lancet.tests.gradient.Differences.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.gradient.OptimizerStep;
import dev.lancet.surgery.gradient.ParameterUpdate;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.GraphDef;

/** Steps of AdamW against the formulas of the paper, computed here in float64. */
class OptimizerStepTest {

    private static final double RATE = 0.01;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.95;
    private static final double EPSILON = 1e-3; // large enough to be seen

    private static final Formula LAYER = Formula.of("layer", at -> {
        var x = at.sketch().variable("x", TensorType.of(Formula.FLOAT, 4, 3));
        var product = at.ops().matmul("product", x, false, at.variable("w", 3, 2), false);
        return at.ops().unary("y", "Tanh", at.ops().add("biased", product, at.variable("b", 2)));
    });

    @ParameterizedTest
    @CsvSource({"0, 0", "0.1, 0", "0, 0.5", "0.1, 0.5", "0.1, 1000"})
    void steps_are_those_of_the_paper(double decay, double clip) {
        try (Trial trial = new Trial(graph(new OptimizerStep(BETA1, BETA2, EPSILON, decay, clip)))) {
            Map<String, double[]> before = trial.fill(1);
            trial.run("train.start");
            Expected w = new Expected(before.get("w"), decay);
            Expected b = new Expected(before.get("b"), 0);
            for (int step = 1; step <= 3; step++) {
                at(trial, step);
                List<double[]> seen =
                        trial.fetch(List.of("loss", "grad.norm", "w.grad", "b.grad", "w.read"), List.of("train"));
                double norm = Math.hypot(Differences.norm(seen.get(2)), Differences.norm(seen.get(3)));
                assertThat(seen.get(1)[0]).isCloseTo(norm, within(1e-5 * norm));
                assertClose("w as the step read it", seen.get(4), w.values, 1e-6);
                double scale = clip == 0 ? 1 : Math.min(1, clip / norm);
                w.step(seen.get(2), scale, step);
                b.step(seen.get(3), scale, step);
                assertClose("w after step " + step, trial.fetch("w.read"), w.values, 1e-6);
                assertClose("b after step " + step, trial.fetch("b.read"), b.values, 1e-6);
            }
        }
    }

    @Test
    void every_variable_has_its_own_rate_and_decay() {
        OptimizerStep updates = new OptimizerStep(BETA1, BETA2, EPSILON, 0, 0);
        List<ParameterUpdate> each = List.of(ParameterUpdate.adam("w", 3, 0.1), ParameterUpdate.adam("b", 0.5, 0.2));
        try (Trial trial = new Trial(updates.each(Backward.derive(LAYER.graph(), "loss", LAYER.variables()), each))) {
            Map<String, double[]> before = trial.fill(1);
            trial.run("train.start");
            Expected w = new Expected(before.get("w"), 0.1);
            Expected b = new Expected(before.get("b"), 0.2);
            for (int step = 1; step <= 3; step++) {
                at(trial, step);
                List<double[]> seen = trial.fetch(List.of("w.grad", "b.grad"), List.of("train"));
                w.step(seen.get(0), 1, step, 3 * RATE);
                b.step(seen.get(1), 1, step, 0.5 * RATE);
                assertClose("w after step " + step, trial.fetch("w.read"), w.values, 1e-6);
                assertClose("b after step " + step, trial.fetch("b.read"), b.values, 1e-6);
            }
        }
    }

    @Test
    void the_decay_of_a_product_is_the_slope_of_its_squared_norm() {
        Formula narrow = Formula.of("narrow", at -> {
            var x = at.sketch().variable("x", TensorType.of(Formula.FLOAT, 4, 3));
            var inner = at.ops().matmul("inner", x, false, at.variable("a", 3, 2), false);
            return at.ops().matmul("y", inner, false, at.variable("b", 2, 5), false);
        });
        OptimizerStep updates = new OptimizerStep(BETA1, BETA2, EPSILON, 0, 0);
        List<ParameterUpdate> each = List.of(
                ParameterUpdate.adam("a", 1, 0.3).decaying(new ParameterUpdate.Product("b", true)),
                ParameterUpdate.adam("b", 1, 0.3).decaying(new ParameterUpdate.Product("a", false)));
        List<ParameterUpdate> none = List.of(ParameterUpdate.adam("a", 1, 0), ParameterUpdate.adam("b", 1, 0));
        GraphDef gradients = Backward.derive(narrow.graph(), "loss", narrow.variables());
        try (Trial decayed = new Trial(updates.each(gradients, each));
                Trial plain = new Trial(updates.each(gradients, none))) {
            Map<String, double[]> before = decayed.fill(1);
            plain.fill(1);
            for (Trial trial : List.of(decayed, plain)) {
                trial.run("train.start");
                at(trial, 1);
                trial.run("train");
            }
            for (String name : List.of("a", "b")) {
                double[] lost = difference(plain.fetch(name + ".read"), decayed.fetch(name + ".read"));
                assertClose(name, lost, slopes(before, name), 1e-4);
            }
        }
    }

    /** Central differences of half the squared norm of {@code a · b}, times rate and decay. */
    private static double[] slopes(Map<String, double[]> values, String name) {
        double[] slopes = new double[values.get(name).length];
        for (int i = 0; i < slopes.length; i++) {
            double[] up = values.get(name).clone();
            double[] down = up.clone();
            up[i] += 1e-4;
            down[i] -= 1e-4;
            double[] a = values.get("a");
            double[] b = values.get("b");
            double rise = name.equals("a") ? energy(up, b) - energy(down, b) : energy(a, up) - energy(a, down);
            slopes[i] = RATE * 0.3 * rise / 2e-4;
        }
        return slopes;
    }

    private static double energy(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 5; j++) {
                double value = a[2 * i] * b[j] + a[2 * i + 1] * b[5 + j];
                sum += value * value / 2;
            }
        }
        return sum;
    }

    private static double[] difference(double[] one, double[] other) {
        double[] difference = new double[one.length];
        for (int i = 0; i < one.length; i++) {
            difference[i] = one[i] - other[i];
        }
        return difference;
    }

    @Test
    void what_is_not_trained_stays() {
        try (Trial trial = new Trial(graph(new OptimizerStep(BETA1, BETA2, EPSILON, 0.1, 1)))) {
            Map<String, double[]> before = trial.fill(1);
            trial.run("train.start");
            at(trial, 1);
            trial.run("train");
            assertThat(trial.fetch("x.read")).isEqualTo(before.get("x"));
            assertThat(trial.fetch("mix.read")).isEqualTo(before.get("mix"));
        }
    }

    @Test
    void a_step_shows_its_loss_and_its_norm_when_they_are_not_numbers() {
        try (Trial trial = new Trial(graph(new OptimizerStep(BETA1, BETA2, EPSILON, 0, 1)))) {
            trial.fill(1);
            trial.set("b", new double[] {Double.NaN, 0});
            trial.run("train.start");
            at(trial, 1);
            List<double[]> seen = trial.fetch(List.of("loss", "grad.norm"), List.of("train"));
            assertThat(seen.get(0)[0]).isNaN();
            assertThat(seen.get(1)[0]).isNaN();
        }
    }

    @Test
    void nothing_as_large_as_a_variable_is_made_for_a_change_before_the_norm_is_known() {
        GraphDef gradients = Backward.derive(LAYER.graph(), "loss", LAYER.variables());
        for (ParameterUpdate update :
                List.of(ParameterUpdate.adam("w", 1, 0.1), ParameterUpdate.muon("w", 0.9, 1, 0.1))) {
            GraphView view =
                    GraphView.of(new OptimizerStep(BETA1, BETA2, EPSILON, 0, 1).each(gradients, List.of(update)));
            Set<String> late = new HashSet<>(Set.of("grad.norm"));
            List<String> early = new ArrayList<>();
            for (Node node : view.ordered()) {
                if (node.inputs().stream().anyMatch(input -> late.contains(input.node()))) {
                    late.add(node.name());
                } else if (node.name().matches("(w\\.decay|muon).*")) {
                    early.add(node.name());
                }
            }
            assertThat(late).contains("w.decay");
            assertThat(early).as("constants alone").allMatch(name -> view.node(name)
                    .is("Const"));
        }
    }

    private static GraphDef graph(OptimizerStep updates) {
        return updates.on(Backward.derive(LAYER.graph(), "loss", LAYER.variables()), LAYER.variables());
    }

    private static void at(Trial trial, int step) {
        trial.feed("rate", RATE);
        trial.feed("beta1.power", Math.pow(BETA1, step));
        trial.feed("beta2.power", Math.pow(BETA2, step));
    }

    /** One variable and its moments. */
    private static final class Expected {
        private final double decay;
        private final double[] values;
        private final double[] m;
        private final double[] v;

        Expected(double[] values, double decay) {
            this.values = values.clone();
            this.decay = decay;
            this.m = new double[values.length];
            this.v = new double[values.length];
        }

        void step(double[] gradient, double scale, int step) {
            step(gradient, scale, step, RATE);
        }

        void step(double[] gradient, double scale, int step, double rate) {
            for (int i = 0; i < values.length; i++) {
                double g = gradient[i] * scale;
                m[i] = BETA1 * m[i] + (1 - BETA1) * g;
                v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
                double first = m[i] / (1 - Math.pow(BETA1, step));
                double second = v[i] / (1 - Math.pow(BETA2, step));
                values[i] -= rate * decay * values[i] + rate * first / (Math.sqrt(second) + EPSILON);
            }
        }
    }
}
