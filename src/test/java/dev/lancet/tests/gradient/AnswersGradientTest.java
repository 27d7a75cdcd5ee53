package dev.lancet.tests.gradient;

import static dev.lancet.tests.gradient.Differences.assertClose;
import static dev.lancet.tests.gradient.Differences.assertSlope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Role;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.pass.Pass;
import dev.lancet.surgery.pass.Passes;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.GraphDef;

/** The gradients of a loss on answers only, of several examples in a sequence. */
class AnswersGradientTest {

    private static final int BATCH = 2;
    private static final int SEQ = 6;
    private static final int[] SEGMENTS = {1, 1, 1, 2, 2, 0, 1, 1, 1, 1, 1, 1};
    private static final int[] POSITIONS = {0, 1, 2, 0, 1, 0, 0, 1, 2, 3, 4, 5};
    private static final double[] WEIGHTS = {0, 0, 2.4, 0, 2.4, 0, 0, 0, 0, 2.4, 2.4, 2.4};

    static List<Transformer> models() {
        return TinyModels.all();
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradients_of_every_role_are_slopes_of_the_loss_in_float64(Transformer model) {
        GraphDef forward = Blueprint.answers(model, BATCH, SEQ);
        try (Trial steep = new Trial(Doubled.of(forward));
                Trial trial = new Trial(Backward.derive(forward, "loss", names(model)))) {
            feed(model, steep);
            feed(model, trial);
            Map<String, double[]> values = steep.fill(3);
            trial.fill(3);
            Random random = new Random(11);
            List<String> names = oneOfEachRole(model).stream().map(Weight::name).toList();
            List<double[]> gradients = trial.fetchAll(names, ".grad");
            for (int i = 0; i < names.size(); i++) {
                assertSlope(names.get(i), gradients.get(i), steep, values.get(names.get(i)), random);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void all_passes_and_two_streams_give_the_same_loss_and_gradients(Transformer model) {
        GraphDef plain = Blueprint.answers(model, BATCH, SEQ);
        Passes all = Passes.of(BATCH, 2, false, Set.of());
        for (Passes passes : List.of(all, all.and(Pass.ACTIVATION_CHECKPOINTING))) {
            GraphDef forward = passes.forward(Blueprint.answers(model, BATCH / passes.streams(), SEQ));
            GraphDef fast =
                    passes.finished(passes.gradients(forward, Backward.derive(forward, passes.loss(), names(model))));
            try (Trial judge = new Trial(Backward.derive(plain, "loss", names(model)));
                    Trial trial = new Trial(fast)) {
                assertThat(passes.streams()).isEqualTo(2);
                feed(model, judge);
                feed(model, trial);
                judge.fill(3);
                trial.fill(3);
                assertThat(trial.fetch("loss")[0]).isCloseTo(judge.fetch("loss")[0], within(1e-6));
                List<double[]> gradients = trial.fetchAll(names(model), ".grad");
                List<double[]> judged = judge.fetchAll(names(model), ".grad");
                for (int i = 0; i < judged.size(); i++) {
                    assertClose(names(model).get(i), gradients.get(i), judged.get(i), 1e-5);
                }
            }
        }
    }

    private static List<String> names(Transformer model) {
        return model.weights().stream().map(Weight::name).toList();
    }

    private static void feed(Transformer model, Trial trial) {
        trial.feedIds("ids", model.vocabulary(), 1, BATCH, SEQ);
        trial.feedIds("labels", model.vocabulary(), 2, BATCH, SEQ);
        trial.feed("segments", SEGMENTS, BATCH, SEQ);
        trial.feed("positions", POSITIONS, BATCH, SEQ);
        trial.feed("loss.weights", WEIGHTS, BATCH, SEQ);
    }

    private static Collection<Weight> oneOfEachRole(Transformer model) {
        Map<Role, Weight> weights = new LinkedHashMap<>();
        model.weights().forEach(weight -> weights.putIfAbsent(weight.role(), weight));
        return weights.values();
    }
}
