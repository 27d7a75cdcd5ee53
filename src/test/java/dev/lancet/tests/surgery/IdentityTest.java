package dev.lancet.tests.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Tensor;
import org.tensorflow.proto.GraphDef;

/** Cut at full rank, a model is the same model. */
class IdentityTest {

    private static final int[] IDS = {3, 14, 15, 9, 26, 5, 35, 8};

    static Stream<Transformer> families() {
        return Stream.of(Models.gpt2(2), Models.llama(2));
    }

    @ParameterizedTest
    @MethodSource("families")
    void factors_of_full_rank_give_the_same_logits(Transformer model) {
        Map<String, Object> weights = weights(model);
        Plan plan = fullRank(model);

        float[] before = logits(Blueprint.scoring(model), weights);
        float[] after = logits(Surgeon.operate(Blueprint.scoring(model), plan).graph(), factors(model, weights));

        double largest = 0;
        for (float logit : before) {
            largest = Math.max(largest, Math.abs(logit));
        }
        assertThat(largest).isGreaterThan(0.1);
        for (int i = 0; i < before.length; i++) {
            assertThat((double) after[i]).isCloseTo(before[i], within(1e-5 * largest));
        }
    }

    private static float[] logits(GraphDef graph, Map<String, Object> variables) {
        try (Running running = new Running(graph, variables);
                Tensor ids = Running.ints(IDS, 2, 4)) {
            return running.floats(Map.of("ids", ids), "logits");
        }
    }

    private static Map<String, Object> weights(Transformer model) {
        Random random = new Random(7);
        Map<String, Object> weights = new HashMap<>();
        for (Weight weight : model.weights()) {
            float[] values = new float[(int) weight.parameters()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (0.3 * random.nextGaussian());
            }
            weights.put(weight.name(), values);
        }
        return weights;
    }

    private static Plan fullRank(Transformer model) {
        Plan plan = Plan.dense(model);
        for (Step step : plan.steps()) {
            Weight weight = step.weight();
            int rank = Math.min(weight.rows(), weight.columns());
            plan = plan.with(Step.factorise(weight, rank, Precision.float32(), "by hand"));
        }
        return plan;
    }

    /** A matrix is itself times the identity, or the identity times itself, whichever is narrower. */
    private static Map<String, Object> factors(Transformer model, Map<String, Object> weights) {
        Map<String, Object> factors = new HashMap<>(weights);
        for (Weight weight : model.weights()) {
            if (weight.role().matrix()) {
                Object whole = factors.remove(weight.name());
                boolean tall = weight.rows() > weight.columns();
                Object one = identity(Math.min(weight.rows(), weight.columns()));
                factors.put(weight.left(), tall ? whole : one);
                factors.put(weight.right(), tall ? one : whole);
            }
        }
        return factors;
    }

    private static float[] identity(int size) {
        float[] matrix = new float[size * size];
        for (int i = 0; i < size; i++) {
            matrix[i * size + i] = 1;
        }
        return matrix;
    }
}
