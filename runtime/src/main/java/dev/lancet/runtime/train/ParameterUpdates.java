package dev.lancet.runtime.train;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.recipe.Optimizer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.surgery.gradient.OptimizerStep;
import dev.lancet.surgery.gradient.ParameterUpdate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.tensorflow.proto.GraphDef;

/**
 * Applies the optimiser settings of weights to the arrays that store them: a factor is updated as its weight would be.
 */
public final class ParameterUpdates {

    private ParameterUpdates() {}

    /** The graph with gradients, plus the updates of all trained arrays. */
    static GraphDef added(GraphDef gradients, TrainingForm form, Training training) {
        Optimizer.AdamW adam = training.optimizer().adam();
        return new OptimizerStep(
                        adam.beta1(),
                        adam.beta2(),
                        adam.epsilon(),
                        0,
                        training.updates().clip())
                .each(gradients, updates(form, training));
    }

    /** The updates of all trained arrays. A dense twin is updated as the whole weight would be. */
    public static List<ParameterUpdate> updates(TrainingForm form, Training training) {
        Plan plan = form.plan();
        training.check(
                plan.model(),
                Stream.concat(plan.steps().stream().map(Step::weight), plan.vectors().stream())
                        .toList());
        List<ParameterUpdate> updates = new ArrayList<>();
        for (Step step : plan.steps()) {
            for (StoredMatrix matrix : form.trained(step)) {
                updates.add(
                        step.adapter().isPresent() ? beside(matrix, step, training) : matrix(matrix, step, training));
            }
        }
        form.vectors().forEach(vector -> updates.add(update(vector, training)));
        form.twins().forEach(step -> updates.add(update(step.weight(), training)));
        return updates;
    }

    private static ParameterUpdate matrix(StoredMatrix matrix, Step step, Training training) {
        ParameterUpdate update = update(matrix, step.weight(), training);
        boolean together = step.rank().isPresent() && training.decaysProduct(step.weight());
        if (together && step.between().isPresent()) {
            throw new LancetException("decayProduct: "
                    + step.weight().name() + " has "
                    + step.between().get() + " between its factors, so they have no product that could"
                    + " decay; leave it out there, or decay each factor with decay(...)");
        }
        return together ? update.decaying(product(matrix, step.weight())) : update;
    }

    private static ParameterUpdate beside(StoredMatrix matrix, Step step, Training training) {
        if (training.decaysProduct(step.weight())) {
            throw new LancetException("decayProduct: " + step.weight().name() + " has "
                    + step.adapter().orElseThrow() + ", whose factors decay separately; use decay(...)");
        }
        boolean lengths = matrix.name().equals(step.weight().magnitude());
        return update(matrix, lengths ? lengths(matrix, step.weight()) : step.weight(), training);
    }

    /** The lengths of a decomposed adapter are trained as a gain is: by AdamW, without decay. */
    private static Weight lengths(StoredMatrix matrix, Weight weight) {
        return new Weight(matrix.name(), Role.NORM, weight.block(), 1, matrix.columns());
    }

    private static ParameterUpdate.Product product(StoredMatrix matrix, Weight weight) {
        boolean left = matrix.name().equals(weight.left());
        return new ParameterUpdate.Product(left ? weight.right() : weight.left(), left);
    }

    private static ParameterUpdate update(StoredMatrix matrix, Weight weight, Training training) {
        return update(matrix.name(), (long) matrix.rows() * matrix.columns(), weight, training);
    }

    private static ParameterUpdate update(Weight weight, Training training) {
        return update(weight.name(), weight.parameters(), weight, training);
    }

    private static ParameterUpdate update(String array, long elements, Weight weight, Training training) {
        double times = training.timesFor(weight);
        double decay = training.decayFor(weight);
        if (training.optimizer() instanceof Optimizer.Muon muon && muon.orthogonalises(weight)) {
            return ParameterUpdate.muon(array, muon.momentum(), times, decay);
        }
        ParameterUpdate adam = ParameterUpdate.adam(array, times, decay);
        return training.optimizer().packsMoments(elements) ? adam.packed() : adam;
    }

    /** All arrays that the steps change: the trained arrays and the optimiser state. */
    static List<ArraySpec> state(TrainingForm form, Training training) {
        return state(form.trainable(), updates(form, training));
    }

    /** The same for some updates of these arrays. */
    public static List<ArraySpec> state(List<ArraySpec> trainable, List<ParameterUpdate> updates) {
        Map<String, ArraySpec> byName = new HashMap<>();
        trainable.forEach(array -> byName.put(array.name(), array));
        List<ArraySpec> state = new ArrayList<>();
        for (ParameterUpdate update : updates) {
            ArraySpec array = Objects.requireNonNull(byName.get(update.variable()));
            state.add(array);
            state.addAll(update.slots(array));
        }
        return state;
    }
}
