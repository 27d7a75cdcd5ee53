package dev.lancet.runtime.train;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Stored;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Loading;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.pass.Accumulation;
import dev.lancet.surgery.pass.Passes;
import dev.lancet.surgery.training.Backward;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.proto.GraphDef;

/** The road from a declared transformer to a graph that trains: blueprint, surgery, backward, updates, and the passes between. */
final class TrainingGraph {

    private TrainingGraph() {}

    static GraphDef of(Transformer transformer, Plan plan, Training training, int sequence, Passes passes) {
        GraphDef blueprint = Blueprint.training(transformer, training.batch() / passes.streams(), sequence);
        GraphDef forward = passes.forward(Surgeon.operate(blueprint, plan).graph());
        List<String> trained = trainable(plan).stream().map(Stored::name).toList();
        GraphDef gradients = passes.gradients(Backward.derive(forward, "loss", trained));
        GraphDef sums = Accumulation.of(gradients, trained, training.execution().accumulate());
        return Loading.into(passes.finished(Movement.added(sums, plan, training)));
    }

    /** The arrays that are trained: float32 matrices, their factors, and the vectors; no codes, no scales. */
    static List<Stored> trainable(Plan plan) {
        List<Stored> trainable = new ArrayList<>();
        plan.steps().forEach(step -> step.pieces().stream()
                .filter(piece -> !piece.precision().quantized())
                .forEach(piece -> trainable.addAll(piece.stored())));
        plan.vectors().forEach(vector -> trainable.add(new Stored(vector.name(), Stored.Type.FLOAT32, vector.shape())));
        return trainable;
    }
}
