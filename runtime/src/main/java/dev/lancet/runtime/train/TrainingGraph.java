package dev.lancet.runtime.train;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.surgery.AdapterDropout;
import dev.lancet.surgery.SelfGuidanceGraph;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.VariableLoading;
import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.pass.Accumulation;
import dev.lancet.surgery.pass.Passes;
import java.util.List;
import org.tensorflow.proto.GraphDef;

/**
 * Builds the training graph of a declared transformer: blueprint, surgery, backward pass, updates, and the passes between
 * them.
 */
final class TrainingGraph {

    private TrainingGraph() {}

    static GraphDef of(TrainingSetup setup, TrainingForm form) {
        Training training = setup.training();
        Passes passes = setup.passing().passes();
        int rows = setup.share().rows(training.batch());
        GraphDef blueprint = setup.data().blueprint(setup.transformer(), rows / passes.streams(), setup.sequence());
        GraphDef forward = AdapterDropout.into(passes.forward(cut(blueprint, form)), form.plan(), training.seed());
        List<String> trained = form.trainable().stream().map(ArraySpec::name).toList();
        GraphDef gradients = passes.gradients(forward, Backward.derive(forward, passes.loss(), trained));
        GraphDef sums = Accumulation.of(gradients, trained, training.execution().accumulate());
        GraphDef means = WorkerReports.reduced(sums, trained, setup.passing().workers());
        GraphDef finished = passes.finished(ParameterUpdates.added(means, form, training));
        return VariableLoading.into(form.guided() ? SelfGuidanceGraph.started(finished, form.twins()) : finished);
    }

    private static GraphDef cut(GraphDef blueprint, TrainingForm form) {
        return form.guided()
                ? SelfGuidanceGraph.operate(blueprint, form.plan(), form.twins())
                : Surgeon.operate(blueprint, form.plan()).graph();
    }
}
