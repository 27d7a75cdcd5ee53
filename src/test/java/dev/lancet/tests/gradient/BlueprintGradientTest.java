package dev.lancet.tests.gradient;

import static dev.lancet.tests.gradient.Differences.assertClose;
import static dev.lancet.tests.gradient.Differences.assertSlope;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.gradient.Backward;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.GraphDef;

/** The gradients of whole models, in their own float32, against judges. */
class BlueprintGradientTest {

    private static final int BATCH = 2;
    private static final int SEQ = 5;

    static List<Transformer> models() {
        return TinyModels.all();
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradients_of_every_role_and_of_the_norms_of_heads_are_slopes_of_the_loss_in_float64(Transformer model) {
        GraphDef forward = Blueprint.training(model, BATCH, SEQ);
        List<String> names = model.weights().stream().map(Weight::name).toList();
        try (Trial steep = new Trial(Doubled.of(forward));
                Trial trial = new Trial(Backward.derive(forward, "loss", names))) {
            feed(model, steep);
            feed(model, trial);
            Map<String, double[]> values = steep.fill(3);
            trial.fill(3);
            Random random = new Random(11);
            List<String> ofEachRole =
                    oneOfEachRole(model).stream().map(Weight::name).toList();
            List<double[]> gradients = trial.fetchAll(ofEachRole, ".grad");
            for (int i = 0; i < ofEachRole.size(); i++) {
                assertSlope(ofEachRole.get(i), gradients.get(i), steep, values.get(ofEachRole.get(i)), random);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradients_of_every_weight_are_those_of_TensorFlow(Transformer model) {
        GraphDef forward = Blueprint.training(model, BATCH, SEQ);
        List<String> names = model.weights().stream().map(Weight::name).toList();
        try (Trial judge = new Trial(Judge.ofCrossEntropy(forward, BATCH * SEQ, names));
                Trial trial = new Trial(Backward.derive(forward, "loss", names))) {
            feed(model, judge);
            feed(model, trial);
            judge.fill(3);
            trial.fill(3);
            List<double[]> gradients = trial.fetchAll(names, ".grad");
            List<double[]> judged = judge.fetchAll(names, ".judged");
            for (int i = 0; i < names.size(); i++) {
                assertClose(names.get(i), gradients.get(i), judged.get(i), 1e-5);
            }
        }
    }

    private static void feed(Transformer model, Trial trial) {
        trial.feedIds("ids", model.vocabulary(), 1, BATCH, SEQ);
        trial.feedIds("labels", model.vocabulary(), 2, BATCH, SEQ);
    }

    private static Collection<Weight> oneOfEachRole(Transformer model) {
        Map<String, Weight> weights = new LinkedHashMap<>();
        model.weights().forEach(weight -> weights.putIfAbsent(function(weight), weight));
        return weights.values();
    }

    /** The norms of queries and keys have a role of their own here. */
    private static String function(Weight weight) {
        boolean ofHeads = weight.name().matches(".*attn\\.[qk]\\.norm\\.gain");
        return ofHeads
                ? weight.name().replaceFirst("h\\.\\d+\\.", "")
                : weight.role().name();
    }
}
