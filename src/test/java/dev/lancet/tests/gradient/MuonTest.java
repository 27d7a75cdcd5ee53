package dev.lancet.tests.gradient;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static dev.lancet.tests.gradient.Differences.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.gradient.OptimizerStep;
import dev.lancet.surgery.gradient.ParameterUpdate;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.pass.XlaCompilation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Steps of Muon against the same steps in float64, written down here from the published algorithm. */
class MuonTest {

    private static final double RATE = 0.05;
    private static final double MOMENTUM = 0.95;
    private static final List<String> NAMES = List.of("a", "b", "c", "d");
    private static final OptimizerStep SETTINGS = new OptimizerStep(0.9, 0.95, 1e-8, 0, 0);

    private static Formula layer(int rows, int columns) {
        return Formula.of("layer", at -> {
            Value x = at.sketch().variable("x", TensorType.of(Formula.FLOAT, 64, rows));
            Value product = at.ops().matmul("product", x, false, at.variable("w", rows, columns), false);
            return at.ops().unary("y", "Tanh", at.ops().add("biased", product, at.variable("b", columns)));
        });
    }

    private static GraphDef graph(int rows, int columns, double decay, OptimizerStep settings) {
        Formula layer = layer(rows, columns);
        GraphDef gradients = Backward.derive(layer.graph(), "loss", layer.variables());
        return settings.each(
                gradients, List.of(ParameterUpdate.muon("w", MOMENTUM, 2, decay), ParameterUpdate.adam("b", 0.1, 0)));
    }

    @ParameterizedTest
    @CsvSource({"6, 10, 0, 0", "10, 6, 0.1, 0", "8, 8, 0.1, 0", "24, 3, 0, 0.5", "1, 5, 0, 0"})
    void steps_are_those_of_the_algorithm(int rows, int columns, double decay, double clip) {
        GraphDef graph = graph(rows, columns, decay, new OptimizerStep(0.9, 0.95, 1e-8, 0, clip));
        try (Trial trial = new Trial(XlaCompilation.calls(graph))) {
            double[] w = trial.fill(1).get("w").clone();
            double[] m = new double[w.length];
            trial.run("train.start");
            for (int step = 1; step <= 3; step++) {
                at(trial, step);
                List<double[]> seen = trial.fetch(List.of("w.grad", "grad.norm"), List.of("train"));
                double scale = clip == 0 ? 1 : Math.min(1, clip / seen.get(1)[0]);
                move(w, m, seen.get(0), scale, rows, columns, decay, 2);
                assertClose("w after step " + step, trial.fetch("w.read"), w, 2e-6);
                assertClose("its momentum after step " + step, trial.fetch("w.m.read"), m, 2e-6);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"12, 40", "40, 12"})
    void what_is_taken_off_is_nearly_orthogonal(int rows, int columns) {
        try (Trial trial = new Trial(graph(rows, columns, 0, SETTINGS))) {
            trial.fill(3);
            trial.run("train.start");
            at(trial, 1);
            double[] before = trial.fetch("w.read");
            trial.run("train");
            double[] after = trial.fetch("w.read");
            double[] step = new double[after.length];
            for (int i = 0; i < step.length; i++) {
                step[i] = (before[i] - after[i]) / (2 * RATE * Math.sqrt(Math.max(1, columns / (double) rows)));
            }
            double[] wide = rows > columns ? transposed(step, rows, columns) : step;
            int small = Math.min(rows, columns);
            double[] gram = times(wide, transposed(wide, small, Math.max(rows, columns)), small);
            // The five steps bring singular values to between about 0.7 and 1.2, and no nearer to 1.
            for (int i = 0; i < small; i++) {
                assertThat(gram[i * small + i]).as("length of row " + i).isBetween(0.4, 1.5);
                for (int j = 0; j < i; j++) {
                    assertThat(gram[i * small + j]).as("rows %d and %d", i, j).isCloseTo(0, within(0.35));
                }
            }
        }
    }

    /** Two of one shape, one of another, and one of the first shape with a rate of its own. */
    private static GraphDef several() {
        Formula layers = Formula.of("layers", at -> {
            Value x = at.sketch().variable("x", TensorType.of(Formula.FLOAT, 16, 6));
            for (String name : NAMES) {
                int columns = name.equals("c") ? 4 : 6;
                x = at.ops()
                        .unary(
                                name + "_y",
                                "Tanh",
                                at.ops().matmul(name + "_xw", x, false, at.variable(name, 6, columns), false));
                if (columns == 4) {
                    x = at.ops().matmul("widened", x, false, at.variable("wide", 4, 6), false);
                }
            }
            return x;
        });
        return SETTINGS.each(
                Backward.derive(layers.graph(), "loss", layers.variables()),
                NAMES.stream()
                        .map(name -> ParameterUpdate.muon(name, MOMENTUM, name.equals("d") ? 0.5 : 2, 0))
                        .toList());
    }

    @Test
    void matrices_of_one_shape_and_rate_are_moved_as_one_stack_and_each_as_if_alone() {
        GraphDef graph = several();
        assertThat(graph.getNodeList().stream()
                        .filter(node ->
                                node.getOp().equals("Pack") && node.getName().endsWith(".grad"))
                        .map(MuonTest::packed))
                .as("stacks")
                .containsExactly(List.of("a.grad", "b.grad"), List.of("c.grad"), List.of("d.grad"));
        try (Trial trial = new Trial(graph)) {
            Map<String, double[]> filled = trial.fill(5);
            trial.run("train.start");
            at(trial, 1);
            List<double[]> gradients =
                    trial.fetch(NAMES.stream().map(name -> name + ".grad").toList(), List.of("train"));
            for (int i = 0; i < NAMES.size(); i++) {
                String name = NAMES.get(i);
                double[] w = filled.get(name).clone();
                int columns = name.equals("c") ? 4 : 6;
                move(w, new double[w.length], gradients.get(i), 1, 6, columns, 0, name.equals("d") ? 0.5 : 2);
                assertClose(name, trial.fetch(name + ".read"), w, 2e-6);
            }
        }
    }

    @Test
    void a_stack_holds_a_million_numbers_and_not_more() {
        Formula wide = Formula.of("wide", at -> {
            Value x = at.sketch().variable("x", TensorType.of(Formula.FLOAT, 2, 1500));
            for (String name : NAMES) {
                x = at.ops().matmul(name + "_y", x, false, at.variable(name, 1500, 1500), false);
            }
            return x;
        });
        GraphDef graph = SETTINGS.each(
                Backward.derive(wide.graph(), "loss", wide.variables()),
                NAMES.stream()
                        .map(name -> ParameterUpdate.muon(name, MOMENTUM, 1, 0))
                        .toList());
        assertThat(graph.getNodeList())
                .filteredOn(
                        node -> node.getOp().equals("Pack") && node.getName().endsWith(".grad"))
                .as("2.25 million numbers each: one a stack")
                .hasSize(4)
                .allMatch(node -> packed(node).size() == 1);
    }

    private static List<String> packed(NodeDef pack) {
        return pack.getInputList().stream()
                .filter(input -> !input.startsWith("^"))
                .toList();
    }

    @Test
    void the_graph_is_golden() {
        assertThat(graph(4, 3, 0.1, new OptimizerStep(0.9, 0.95, 1e-8, 0, 1))).isGolden("muon.graph");
    }

    @Test
    void only_matrices_are_moved() {
        Formula layer = layer(4, 3);
        GraphDef gradients = Backward.derive(layer.graph(), "loss", layer.variables());
        assertThatThrownBy(() -> SETTINGS.each(gradients, List.of(ParameterUpdate.muon("b", MOMENTUM, 1, 0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("update of b: Muon updates only matrices, not [3]; use AdamW for it");
        assertThatThrownBy(() -> ParameterUpdate.muon("b", 1, 1, 0))
                .hasMessage("update of b: momentum 1.0; it must be 0 up to 1");
    }

    private static void at(Trial trial, int step) {
        trial.feed("rate", RATE);
        trial.feed("beta1.power", Math.pow(0.9, step));
        trial.feed("beta2.power", Math.pow(0.95, step));
    }

    private static void move(
            double[] w,
            double[] m,
            double[] gradient,
            double scale,
            int rows,
            int columns,
            double decay,
            double times) {
        double[] ahead = new double[w.length];
        for (int i = 0; i < w.length; i++) {
            m[i] = MOMENTUM * m[i] + scale * gradient[i];
            ahead[i] = scale * gradient[i] + MOMENTUM * m[i];
        }
        double[] ortho = orthogonalised(ahead, rows, columns);
        double longer = Math.sqrt(Math.max(1, columns / (double) rows));
        for (int i = 0; i < w.length; i++) {
            w[i] = w[i] * (1 - times * RATE * decay) - times * RATE * longer * ortho[i];
        }
    }

    private static double[] orthogonalised(double[] matrix, int rows, int columns) {
        if (rows > columns) {
            return transposed(orthogonalised(transposed(matrix, rows, columns), columns, rows), columns, rows);
        }
        double length = Differences.norm(matrix) + 1e-7;
        double[] x = Arrays.stream(matrix).map(value -> value / length).toArray();
        for (int i = 0; i < 5; i++) {
            double[] s = times(x, transposed(x, rows, columns), rows);
            double[] p = times(s, s, rows);
            for (int j = 0; j < p.length; j++) {
                p[j] = 2.0315 * p[j] - 4.7750 * s[j];
            }
            double[] turned = times(p, x, rows);
            for (int j = 0; j < x.length; j++) {
                x[j] = 3.4445 * x[j] + turned[j];
            }
        }
        return x;
    }

    /** The product of a matrix with {@code rows} rows and another. */
    private static double[] times(double[] a, double[] b, int rows) {
        int inner = a.length / rows;
        int columns = b.length / inner;
        double[] product = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < inner; k++) {
                for (int j = 0; j < columns; j++) {
                    product[i * columns + j] += a[i * inner + k] * b[k * columns + j];
                }
            }
        }
        return product;
    }

    private static double[] transposed(double[] a, int rows, int columns) {
        double[] turned = new double[a.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                turned[j * rows + i] = a[i * columns + j];
            }
        }
        return turned;
    }
}
