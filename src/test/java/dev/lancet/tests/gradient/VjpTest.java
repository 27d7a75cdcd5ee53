package dev.lancet.tests.gradient;

import static dev.lancet.tests.gradient.Differences.assertClose;
import static dev.lancet.tests.gradient.Differences.slope;

import dev.lancet.surgery.gradient.Backward;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.GraphDef;

/** Every op that a gradient passes, in float64. */
class VjpTest {

    static List<Formula> formulas() {
        return Formulas.all();
    }

    @ParameterizedTest
    @MethodSource("formulas")
    void gradient_is_the_slope_of_the_loss(Formula formula) {
        GraphDef forward = Doubled.of(formula.graph());
        try (Trial trial = new Trial(Backward.derive(forward, "loss", formula.variables()))) {
            feed(formula, trial);
            Map<String, double[]> values = trial.fill(7);
            for (String variable : formula.variables()) {
                double[] expected = new double[values.get(variable).length];
                for (int at = 0; at < expected.length; at++) {
                    expected[at] = slope(trial, variable, values.get(variable), at, "loss");
                }
                assertClose(variable, trial.fetch(variable + ".grad"), expected, 1e-8);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formulas")
    void gradient_is_that_of_TensorFlow(Formula formula) {
        if (formula.name().startsWith("Sparse")) {
            return; // TensorFlow's C API has none.
        }
        GraphDef forward = Doubled.of(formula.graph());
        try (Trial judge = new Trial(Judge.of(forward, "loss", formula.variables()));
                Trial trial = new Trial(Backward.derive(forward, "loss", formula.variables()))) {
            feed(formula, judge);
            feed(formula, trial);
            judge.fill(7);
            trial.fill(7);
            for (String variable : formula.variables()) {
                double[] expected = judge.fetch(variable + ".judged");
                assertClose(variable, trial.fetch(variable + ".grad"), expected, 1e-13);
            }
        }
    }

    private static void feed(Formula formula, Trial trial) {
        formula.graph().getNodeList().stream()
                .filter(node -> node.getName().equals("ids"))
                .map(node -> node.getAttrOrThrow("shape").getShape())
                .forEach(shape -> trial.feedIds(
                        "ids",
                        3,
                        5,
                        shape.getDimList().stream()
                                .mapToLong(size -> size.getSize())
                                .toArray()));
    }
}
