package dev.lancet.runtime.train;

import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Piece;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.recipe.Optimizer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.surgery.training.Update;
import dev.lancet.surgery.training.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tensorflow.proto.GraphDef;

/** What a training says about weights, said of the arrays that hold them: each factor is moved as its weight would be. */
final class Movement {

    private Movement() {}

    /** A graph with gradients, and the updates of all that is trained. */
    static GraphDef added(GraphDef gradients, Plan plan, Training training) {
        Optimizer.AdamW adam = training.optimizer().adam();
        return new Updates(adam.beta1(), adam.beta2(), adam.epsilon(), 0, training.clip())
                .each(gradients, updates(plan, training));
    }

    /** One for every array that is trained. */
    static List<Update> updates(Plan plan, Training training) {
        training.check(
                plan.model(),
                Stream.concat(plan.steps().stream().map(Step::weight), plan.vectors().stream())
                        .toList());
        List<Update> updates = new ArrayList<>();
        for (Step step : plan.steps()) {
            for (Piece piece : step.pieces()) {
                if (!piece.precision().quantized()) {
                    updates.add(update(piece.name(), step.weight(), training));
                }
            }
        }
        plan.vectors().forEach(vector -> updates.add(update(vector.name(), vector, training)));
        return updates;
    }

    private static Update update(String array, Weight weight, Training training) {
        return Update.adam(array, training.timesFor(weight), training.decayFor(weight));
    }
}
