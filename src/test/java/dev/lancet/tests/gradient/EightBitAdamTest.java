package dev.lancet.tests.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.gradient.OptimizerStep;
import dev.lancet.surgery.gradient.ParameterUpdate;
import dev.lancet.surgery.graph.TensorType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AdamW with moments in 8 bits against its formulas, computed here in plain Java. */
class EightBitAdamTest {

    private static final double RATE = 0.01;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.95;
    private static final double EPSILON = 1e-8;
    private static final int BLOCK = 256;

    private static Formula layer(int outputs) {
        return Formula.of("layer", at -> {
            var x = at.sketch().variable("x", TensorType.of(Formula.FLOAT, 4, 32));
            var product = at.ops().matmul("product", x, false, at.variable("w", 32, outputs), false);
            return at.ops().unary("y", "Tanh", product);
        });
    }

    /** 640 elements have a block that is not full, 512 do not. */
    @ParameterizedTest
    @ValueSource(ints = {16, 20})
    void steps_are_those_of_the_formulas(int outputs) {
        Formula layer = layer(outputs);
        OptimizerStep step = new OptimizerStep(BETA1, BETA2, EPSILON, 0, 0);
        List<ParameterUpdate> updates =
                List.of(ParameterUpdate.adam("w", 2, 0.1).packed());
        try (Trial trial = new Trial(step.each(Backward.derive(layer.graph(), "loss", layer.variables()), updates))) {
            Map<String, double[]> before = trial.fill(1);
            trial.run("train.start");
            Expected w = new Expected(before.get("w"));
            for (int t = 1; t <= 6; t++) {
                trial.feed("rate", RATE);
                trial.feed("beta1.power", Math.pow(BETA1, t));
                trial.feed("beta2.power", Math.pow(BETA2, t));
                double[] gradient =
                        trial.fetch(List.of("w.grad"), List.of("train")).get(0);
                w.step(gradient, t);
                double[] found = trial.fetch("w.read");
                double[] scales = trial.fetch("w.v.scale.read");
                assertThat(scales).hasSize(w.vScale.length);
                for (int i = 0; i < scales.length; i++) {
                    assertThat(scales[i]).isCloseTo(w.vScale[i], within(2e-3 * w.vScale[i]));
                }
                int near = 0;
                for (int i = 0; i < found.length; i++) {
                    // A value between two codes may fall to either side.
                    assertThat(found[i]).as(t + ": " + i).isCloseTo(w.values[i], within(0.2 * RATE));
                    near += Math.abs(found[i] - w.values[i]) < 1e-5 ? 1 : 0;
                }
                assertThat(near).isGreaterThan(found.length * 9 / 10);
            }
        }
    }

    @Test
    void both_moments_take_a_quarter_of_the_memory() {
        ArraySpec w = new ArraySpec("w", ArraySpec.Type.FLOAT32, List.of(96, 64));
        long packed = bytes(ParameterUpdate.adam("w", 1, 0).packed(), w);
        long plain = bytes(ParameterUpdate.adam("w", 1, 0), w);
        assertThat((double) packed / plain).isBetween(0.25, 0.255);
    }

    private static long bytes(ParameterUpdate update, ArraySpec w) {
        return update.slots(w).stream().mapToLong(ArraySpec::bytes).sum();
    }

    /** One variable and its codes. */
    private static final class Expected {
        private final double[] values;
        private final int[] mCodes;
        private final int[] vCodes;
        private final double[] mScale;
        private final double[] vScale;

        Expected(double[] values) {
            this.values = values.clone();
            int blocks = (values.length + BLOCK - 1) / BLOCK;
            mCodes = new int[values.length];
            vCodes = new int[values.length];
            mScale = new double[blocks];
            vScale = new double[blocks];
        }

        void step(double[] gradient, int t) {
            double[] m = new double[values.length];
            double[] v = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                double level = mCodes[i] / 127.0;
                double root = vCodes[i] / 255.0;
                m[i] = BETA1 * level * Math.abs(level) * mScale[i / BLOCK] + (1 - BETA1) * gradient[i];
                v[i] = BETA2 * Math.pow(root, 4) * vScale[i / BLOCK] + (1 - BETA2) * gradient[i] * gradient[i];
                double first = m[i] / (1 - Math.pow(BETA1, t));
                double second = v[i] / (1 - Math.pow(BETA2, t));
                values[i] -= 2 * RATE * 0.1 * values[i] + 2 * RATE * first / (Math.sqrt(second) + EPSILON);
            }
            for (int block = 0; block < mScale.length; block++) {
                int end = Math.min(values.length, (block + 1) * BLOCK);
                double mMost = 0;
                double vMost = 0;
                for (int i = block * BLOCK; i < end; i++) {
                    mMost = Math.max(mMost, Math.abs(m[i]));
                    vMost = Math.max(vMost, v[i]);
                }
                mScale[block] = mMost;
                vScale[block] = vMost;
                for (int i = block * BLOCK; i < end; i++) {
                    mCodes[i] = (int) (Math.signum(m[i]) * Math.rint(127 * Math.sqrt(Math.abs(m[i]) / mMost)));
                    vCodes[i] = (int) Math.max(1, Math.rint(255 * Math.pow(v[i] / vMost, 0.25)));
                }
            }
        }
    }
}
