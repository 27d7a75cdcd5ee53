package dev.lancet.tests.gradient;

import static dev.lancet.tests.gradient.Differences.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.gradient.Backward;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.GraphDef;

/** What lies below frozen matrices of 16-bit floats gets its gradients through them. */
class FrozenBaseTest {

    private static final int BATCH = 2;
    private static final int SEQ = 5;

    static List<Transformer> models() {
        return TinyModels.all();
    }

    private static Plan frozen(Transformer model) {
        return Plan.of(model, Compression.keepAll().on(Selector.linears()).quantize(Precision.bfloat16()));
    }

    private static List<String> trained(Plan plan) {
        return plan.arrays().stream()
                .filter(array -> array.type() == ArraySpec.Type.FLOAT32)
                .map(ArraySpec::name)
                .toList();
    }

    private static GraphDef forward(Transformer model, Plan plan) {
        return Surgeon.operate(Blueprint.training(model, BATCH, SEQ), plan).graph();
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradients_are_those_of_TensorFlow(Transformer model) {
        Plan plan = frozen(model);
        List<String> names = trained(plan);
        try (Trial judge = new Trial(Judge.ofCrossEntropy(forward(model, plan), BATCH * SEQ, names));
                Trial trial = new Trial(Backward.derive(forward(model, plan), "loss", names))) {
            feed(model, judge);
            feed(model, trial);
            Map<String, double[]> values = trial.fill(3);
            judge.fill(3);
            values.forEach(judge::set);
            List<double[]> judged = judge.fetchAll(names, ".judged");
            List<double[]> gradients = trial.fetchAll(names, ".grad");
            for (int i = 0; i < names.size(); i++) {
                assertClose(names.get(i), gradients.get(i), judged.get(i), 1e-5);
            }
        }
    }

    /**
     * Each product rounds what enters it by 2⁻⁸ at most, and what leaves it by that or, without AVX-512, by 2⁻⁷; a gradient
     * passes a dozen of them, forwards and backwards. On a processor without AVX-512 the largest is 0.046.
     */
    @ParameterizedTest
    @MethodSource("models")
    void gradients_are_near_those_in_float64_with_the_same_rounded_matrices(Transformer model) {
        Plan plan = frozen(model);
        List<String> names = trained(plan);
        GraphDef dense = Doubled.of(forward(model, Plan.dense(model)));
        try (Trial exact = new Trial(Backward.derive(dense, "loss", names));
                Trial trial = new Trial(Backward.derive(forward(model, plan), "loss", names))) {
            feed(model, exact);
            feed(model, trial);
            Map<String, double[]> values = trial.fill(3);
            exact.fill(3);
            values.forEach(exact::set);
            List<double[]> wanted = exact.fetchAll(names, ".grad");
            List<double[]> gradients = trial.fetchAll(names, ".grad");
            double noise = 0;
            double signal = 0;
            for (int i = 0; i < names.size(); i++) {
                for (int j = 0; j < wanted.get(i).length; j++) {
                    noise += Math.pow(gradients.get(i)[j] - wanted.get(i)[j], 2);
                    signal += Math.pow(wanted.get(i)[j], 2);
                }
            }
            assertThat(Math.sqrt(noise / signal)).isBetween(1e-4, 0.06);
        }
    }

    private static void feed(Transformer model, Trial trial) {
        trial.feedIds("ids", model.vocabulary(), 1, BATCH, SEQ);
        trial.feedIds("labels", model.vocabulary(), 2, BATCH, SEQ);
    }
}
