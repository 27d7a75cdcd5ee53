package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;

/**
 * Adds one optimiser step to the gradients of {@link Backward}. {@link MuonUpdates} can update matrices; AdamW
 * (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2) updates everything else. For a variable {@code X} with gradient
 * {@code g} at step {@code t}, counted from 1, and {@code η = rate · times} of its {@link ParameterUpdate}:
 * <pre>
 *   g ← g · clip / max(clip, ‖all g‖)               if clip is not 0
 *   X ← X − η · decay · X                            if decay is not 0
 *   m ← beta1·m + (1 − beta1)·g,   v ← beta2·v + (1 − beta2)·g²
 *   X ← X − η · m/(1 − beta1ᵗ) / (√(v/(1 − beta2ᵗ)) + epsilon)
 * </pre>
 * Fed at each step, float32 scalars: {@code rate}, {@code beta1.power} (beta1ᵗ) and {@code beta2.power} (beta2ᵗ). Run
 * once: {@code train.start}, which sets the moments (in float32 {@code X.m} and {@code X.v}) to zero; to resume, assign the saved state to them
 * instead. Run at each step: {@code train}. Fetched with it: {@code grad.norm}, the 2-norm of all gradients before
 * clipping, which is not finite if any gradient is not. No variable changes before that norm is known, so all other
 * fetched values come from the old weights. Tensors as large as a variable that only an update needs are also computed
 * after the norm, so that they do not occupy memory during the backward pass. If the loss is scaled ({@link LossScale}),
 * {@code loss.scale} is fed too, and a step whose norm is not finite changes nothing.
 *
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param decay decoupled weight decay of matrices, if all variables get the same update
 * @param clip upper bound of the norm of all gradients together; 0 for no clipping
 */
public record OptimizerStep(double beta1, double beta2, double epsilon, double decay, double clip) {

    public OptimizerStep {
        require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 up to 1");
        require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 up to 1");
        require(epsilon > 0, "epsilon", epsilon, "more than 0");
        require(decay >= 0, "decay", decay, "0 or more");
        require(clip >= 0, "clip", clip, "0 (none) or more");
    }

    private static void require(boolean holds, String name, double value, String wanted) {
        if (!holds) {
            throw new IllegalArgumentException(name + ": " + value + "; it must be " + wanted);
        }
    }

    /**
     * Adds the same update for all variables to the graph; weight decay applies to matrices only.
     *
     * @param graph a graph with {@code X}, {@code X.read} and {@code X.grad} for every variable X
     * @param variables the variables to train, at least one; float32
     * @return the graph with {@code train.start}, {@code train}, {@code grad.norm} and the nodes they need
     */
    public GraphDef on(GraphDef graph, Collection<String> variables) {
        MutableGraph region = MutableGraph.of(graph);
        return each(
                graph,
                variables.stream()
                        .map(name -> ParameterUpdate.adam(
                                name, 1, region.value(name + ".read").rank() > 1 ? decay : 0))
                        .toList());
    }

    /**
     * Adds an update for each of some variables to the graph.
     *
     * @param graph a graph with {@code X}, {@code X.read} and {@code X.grad} for every variable X
     * @param updates at least one, each for a different float32 variable
     * @return the graph with {@code train.start}, {@code train}, {@code grad.norm} and the nodes they need
     */
    public GraphDef each(GraphDef graph, List<ParameterUpdate> updates) {
        if (updates.isEmpty()) {
            throw new IllegalArgumentException("updates: none; name at least one variable to train");
        }
        MutableGraph region = MutableGraph.of(graph);
        GradientNodeBuilder builder = new GradientNodeBuilder(region, "");
        Optional<LossScale> scaling = LossScale.in(region, builder);
        Value norm = norm(region, builder, updates, scaling);
        Optional<Value> sound = scaling.map(any -> builder.op("step.finite", "IsFinite", norm));
        GradientNodeBuilder late = builder.after(norm);
        Assignments assignments = new Assignments(region, builder);
        OptimizerScalars scalars = new OptimizerScalars(builder, sound);
        AdamUpdates adam = new AdamUpdates(builder, late, assignments, scalars, this);
        MuonUpdates muon = new MuonUpdates(builder, late, assignments, scalars);
        List<Value> scale = scale(builder, norm, scaling, sound);
        List<String> updated = new ArrayList<>();
        for (ParameterUpdate update : updates) {
            String variable = update.variable();
            Value value = region.value(variable + ".read");
            Value gradient = region.value(Backward.gradientOf(variable));
            for (Value shorter : scale) {
                gradient = builder.op(
                        variable + ".grad.clipped", scaling.isPresent() ? "MulNoNan" : "Mul", gradient, shorter);
            }
            List<String> after = new ArrayList<>(List.of(norm.node()));
            if (update.decay() > 0) {
                Value share = scalars.decay(update.decay(), update.times());
                Value loss = late.times(variable + ".decay", decaying(region, late, update, value), share);
                after.add(assignments.put(
                        variable + ".decayed", "AssignSubVariableOp", variable, loss, List.of(norm.node())));
            }
            if (update.momentum().isPresent()) {
                muon.take(update, value, gradient, after);
            } else {
                updated.add(adam.move(update, value, gradient, after));
            }
        }
        updated.addAll(muon.moves());
        assignments.node("train.start", "NoOp", List.of(), assignments.starts(), Map.of());
        assignments.node("train", "NoOp", List.of(), updated, Map.of());
        GraphDef.Builder moved = graph.toBuilder().clearNode().addAllNode(region.nodes());
        List<FunctionDef> functions = new ArrayList<>(adam.library());
        functions.addAll(muon.library());
        if (!functions.isEmpty()) {
            moved.getLibraryBuilder().addAllFunction(functions);
        }
        return moved.build();
    }

    /**
     * The tensor that decay subtracts a fraction of: the variable, or the gradient of half the squared norm of its
     * product.
     */
    private static Value decaying(
            MutableGraph graph, GradientNodeBuilder builder, ParameterUpdate update, Value value) {
        if (update.product().isEmpty()) {
            return value;
        }
        ParameterUpdate.Product product = update.product().get();
        Value other = graph.value(product.other() + ".read");
        String word = update.variable() + ".decay";
        Value gram = builder.matMul(word + ".gram", other, !product.left(), other, product.left());
        return product.left()
                ? builder.matMul(word + ".slope", value, false, gram, false)
                : builder.matMul(word + ".slope", gram, false, value, false);
    }

    private static Value norm(
            MutableGraph graph,
            GradientNodeBuilder builder,
            List<ParameterUpdate> updates,
            Optional<LossScale> scaling) {
        List<Value> halves = new ArrayList<>();
        for (ParameterUpdate update : updates) {
            String variable = update.variable();
            halves.add(builder.op(variable + ".grad.half", "L2Loss", graph.value(Backward.gradientOf(variable))));
        }
        Value half = builder.put(
                "grad.norm.half",
                "AddN",
                halves,
                Map.of("N", Attributes.of(halves.size()), "T", Attributes.of(DataType.DT_FLOAT)));
        Value square = builder.times("grad.norm.square", half, 2);
        return scaling.map(scale -> scale.norm(builder.op("grad.norm.scaled", "Sqrt", square)))
                .orElseGet(() -> builder.op("grad.norm", "Sqrt", square));
    }

    /** The factor for every gradient, or empty if there is none. */
    private List<Value> scale(
            GradientNodeBuilder builder, Value norm, Optional<LossScale> scaling, Optional<Value> sound) {
        List<Value> clips = clips(builder, norm);
        return scaling.map(scale -> List.of(scale.factor(sound.orElseThrow(), clips)))
                .orElse(clips);
    }

    private List<Value> clips(GradientNodeBuilder builder, Value norm) {
        if (clip == 0) {
            return List.of();
        }
        Value most = builder.number("clip", DataType.DT_FLOAT, clip);
        return List.of(builder.op("clip.scale", "RealDiv", most, builder.op("clip.norm", "Maximum", norm, most)));
    }
}
