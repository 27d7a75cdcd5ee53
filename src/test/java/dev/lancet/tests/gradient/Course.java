package dev.lancet.tests.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.gradient.OptimizerStep;
import dev.lancet.surgery.pass.Pass;
import dev.lancet.surgery.pass.Passes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.GraphDef;

/** A training of a model from fixed weights on fixed ids: its graph under some passes, and the way its loss goes. */
record Course(Transformer model, Plan plan, int batch, int sequence) {

    static final int STEPS = 50;

    /** These passes; with streams, two. */
    static Passes only(Pass... passes) {
        Set<Pass> chosen = EnumSet.noneOf(Pass.class);
        chosen.addAll(List.of(passes));
        return new Passes(chosen, chosen.contains(Pass.STREAMS) ? 2 : 1);
    }

    /** One step as a graph. */
    GraphDef step(Passes passes) {
        List<String> names = plan.arrays().stream()
                .filter(array ->
                        array.type() == ArraySpec.Type.FLOAT32 && !array.name().endsWith(".scale"))
                .map(ArraySpec::name)
                .toList();
        GraphDef blueprint = Blueprint.training(model, batch / passes.streams(), sequence);
        GraphDef forward = passes.forward(Surgeon.operate(blueprint, plan).graph());
        GraphDef gradients = passes.gradients(forward, Backward.derive(forward, passes.loss(), names));
        return passes.finished(new OptimizerStep(0.9, 0.95, 1e-8, 0.1, 1).on(gradients, names));
    }

    /** The losses of fifty steps. */
    List<Double> losses(Passes passes) {
        return losses(step(passes), 0.003);
    }

    /**
     * The losses of fifty slower steps in float64. In float32 two courses may part after a few steps, because Adam
     * turns a rounding error of a gradient near zero into a whole step.
     */
    List<Double> float64Losses(Passes passes) {
        return losses(Doubled.of(step(passes)), 0.0003);
    }

    private List<Double> losses(GraphDef step, double rate) {
        try (Trial trial = new Trial(step)) {
            trial.fill(1);
            trial.run("train.start");
            trial.feedIds("ids", model.vocabulary(), 1, batch, sequence);
            trial.feedIds("labels", model.vocabulary(), 2, batch, sequence);
            trial.feed("rate", rate);
            trial.feed("loss.scale", 0x1p12);
            List<Double> losses = new ArrayList<>();
            for (int t = 1; t <= STEPS; t++) {
                trial.feed("beta1.power", Math.pow(0.9, t));
                trial.feed("beta2.power", Math.pow(0.95, t));
                losses.add(trial.fetch(List.of("loss"), List.of("train")).get(0)[0]);
            }
            return losses;
        }
    }

    static void assertClose(List<Double> losses, List<Double> plain, String pass, double tolerance) {
        for (int i = 0; i < STEPS; i++) {
            assertThat(losses.get(i)).as(pass + ", loss " + i).isCloseTo(plain.get(i), within(tolerance));
        }
    }
}
