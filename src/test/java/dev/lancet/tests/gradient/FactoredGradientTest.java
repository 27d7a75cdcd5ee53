package dev.lancet.tests.gradient;

import static dev.lancet.tests.gradient.Differences.assertClose;
import static dev.lancet.tests.gradient.Differences.assertSlope;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Nonlinearity;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.gradient.Backward;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.GraphDef;

/** The gradients of models whose every matrix was replaced by two factors, tables included, against judges. */
class FactoredGradientTest {

    private static final int BATCH = 2;
    private static final int SEQ = 5;
    private static final Compression NARROW =
            Compression.keepAll().on(Selector.everything()).factorise(Rank.ratio(0.95));

    private static final Compression BENT =
            NARROW.on(Selector.linears()).factorise(Rank.ratio(0.95), Nonlinearity.silu());

    static Stream<Arguments> models() {
        return TinyModels.all().stream()
                .flatMap(model -> Stream.of(Arguments.of(model, NARROW), Arguments.of(model, BENT)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradients_of_the_factors_of_every_role_are_slopes_of_the_loss_in_float64(
            Transformer model, Compression compression) {
        Plan plan = Plan.of(model, compression);
        GraphDef forward = cut(model, plan);
        try (Trial steep = new Trial(Doubled.of(forward));
                Trial trial = new Trial(Backward.derive(forward, "loss", names(plan)))) {
            feed(model, steep);
            feed(model, trial);
            Map<String, double[]> values = steep.fill(3);
            trial.fill(3);
            Random random = new Random(11);
            List<String> names = factorsOfEachRole(plan);
            List<double[]> gradients = trial.fetchAll(names, ".grad");
            for (int i = 0; i < names.size(); i++) {
                assertSlope(names.get(i), gradients.get(i), steep, values.get(names.get(i)), random);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradients_of_all_factors_are_those_of_TensorFlow(Transformer model, Compression compression) {
        Plan plan = Plan.of(model, compression);
        GraphDef forward = cut(model, plan);
        List<String> names = names(plan);
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

    private static GraphDef cut(Transformer model, Plan plan) {
        assertThat(plan.steps()).allMatch(step -> step.rank().isPresent());
        assertThat(plan.steps()).allMatch(step -> step.precision().equals(Precision.float32()));
        return Surgeon.operate(Blueprint.training(model, BATCH, SEQ), plan).graph();
    }

    private static List<String> names(Plan plan) {
        return plan.arrays().stream().map(array -> array.name()).toList();
    }

    private static List<String> factorsOfEachRole(Plan plan) {
        List<String> names = new ArrayList<>();
        Set<Role> seen = EnumSet.noneOf(Role.class);
        for (Step step : plan.steps()) {
            if (seen.add(step.weight().role())) {
                step.matrices().stream().map(StoredMatrix::name).forEach(names::add);
            }
        }
        return names;
    }

    private static void feed(Transformer model, Trial trial) {
        trial.feedIds("ids", model.vocabulary(), 1, BATCH, SEQ);
        trial.feedIds("labels", model.vocabulary(), 2, BATCH, SEQ);
    }
}
