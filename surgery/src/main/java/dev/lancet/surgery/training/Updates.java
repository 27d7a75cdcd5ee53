package dev.lancet.surgery.training;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * One step of AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2) as nodes, behind the gradients of
 * {@link Backward}. For a variable {@code X} with gradient {@code g} at step {@code t}, counted from 1:
 * <pre>
 *   g ← g · clip / max(clip, ‖all g‖)               if clip is not 0
 *   X ← X − rate · decay · X                         matrices only
 *   m ← beta1·m + (1 − beta1)·g,   v ← beta2·v + (1 − beta2)·g²
 *   X ← X − rate · m/(1 − beta1ᵗ) / (√(v/(1 − beta2ᵗ)) + epsilon)
 * </pre>
 * Fed each step, float32 scalars: {@code rate}, {@code beta1.power} (beta1ᵗ) and {@code beta2.power} (beta2ᵗ). Run:
 * {@code train.start} once, which zeroes {@code X.m} and {@code X.v} (a state to go on from is assigned to them instead), then {@code train} each step. Fetched beside it:
 * {@code grad.norm}, the 2-norm of all gradients before clipping, which is not finite if any gradient is not. No variable
 * changes before that norm is known, so everything else that the step fetches was computed from the old weights.
 *
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param decay decoupled weight decay of matrices
 * @param clip longest that all gradients together may be; 0 leaves them alone
 */
public record Updates(double beta1, double beta2, double epsilon, double decay, double clip) {

    private static final DataType FLOAT = DataType.DT_FLOAT;
    private static final AttrValue LOCKED = Attributes.flag(false);

    public Updates {
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
     * The graph with the update added to it.
     *
     * @param graph a graph with {@code X}, {@code X.read} and {@code X.grad} for every variable X
     * @param variables which to train, at least one; float32
     * @return the graph with {@code train.start}, {@code train}, {@code grad.norm} and what they need
     */
    public GraphDef on(GraphDef graph, Collection<String> variables) {
        if (variables.isEmpty()) {
            throw new IllegalArgumentException("variables: none; name at least one to train");
        }
        Region region = Region.of(graph);
        Pen pen = new Pen(region, "");
        Tensor norm = norm(region, pen, variables);
        Shared shared = shared(pen, norm);
        List<String> started = new ArrayList<>();
        List<String> updated = new ArrayList<>();
        for (String variable : variables) {
            Tensor value = region.tensor(variable + ".read");
            for (String slot : List.of(variable + ".m", variable + ".v")) {
                started.add(slot(region, pen, slot, value));
            }
            updated.add(update(region, pen, variable, value, shared));
        }
        node(region, "train.start", "NoOp", List.of(), started, Map.of());
        node(region, "train", "NoOp", List.of(), updated, Map.of());
        return graph.toBuilder().clearNode().addAllNode(region.nodes()).build();
    }

    /** What all variables share. The scale and the decay are only used where they are wanted. */
    private record Shared(Tensor norm, List<Tensor> adam, List<Tensor> scale, List<Tensor> decay) {}

    private static Tensor norm(Region region, Pen pen, Collection<String> variables) {
        List<Tensor> halves = new ArrayList<>();
        for (String variable : variables) {
            halves.add(pen.op(variable + ".grad.half", "L2Loss", region.tensor(variable + ".grad")));
        }
        Tensor half = pen.put(
                "grad.norm.half",
                "AddN",
                halves,
                Map.of("N", Attributes.integer(halves.size()), "T", Attributes.type(FLOAT)));
        return pen.op("grad.norm", "Sqrt", pen.times("grad.norm.square", half, 2));
    }

    private Shared shared(Pen pen, Tensor norm) {
        Tensor rate = pen.placeholder("rate");
        Tensor power1 = pen.placeholder("beta1.power");
        Tensor power2 = pen.placeholder("beta2.power");
        // The op leaves the second moment uncorrected under its root, so epsilon has to shrink with it.
        Tensor correction = pen.op("epsilon.correction", "Sqrt", left(pen, "epsilon.left", power2));
        List<Tensor> adam = List.of(
                power1,
                power2,
                rate,
                pen.number("beta1", FLOAT, beta1),
                pen.number("beta2", FLOAT, beta2),
                pen.times("epsilon", correction, epsilon));
        List<Tensor> scale = new ArrayList<>();
        if (clip > 0) {
            Tensor most = pen.number("clip", FLOAT, clip);
            scale.add(pen.op("clip.scale", "RealDiv", most, pen.op("clip.norm", "Maximum", norm, most)));
        }
        return new Shared(norm, adam, scale, decay > 0 ? List.of(pen.times("decay", rate, decay)) : List.of());
    }

    private static Tensor left(Pen pen, String word, Tensor power) {
        return pen.op(word, "Sub", pen.number(word + ".one", FLOAT, 1), power);
    }

    private static String slot(Region region, Pen pen, String name, Tensor value) {
        node(
                region,
                name,
                "VarHandleOp",
                List.of(),
                List.of(),
                Map.of(
                        "dtype", Attributes.type(FLOAT),
                        "shape", Attributes.shape(value.shape()),
                        "container", Attributes.text(""),
                        "shared_name", Attributes.text(name)));
        node(
                region,
                name + ".read",
                "ReadVariableOp",
                List.of(name),
                List.of(),
                Map.of("dtype", Attributes.type(FLOAT), "_output_shapes", Attributes.shapes(List.of(value.shape()))));
        Tensor zeros = pen.zeros(name + ".zeros", value);
        return node(
                region,
                name + ".start",
                "AssignVariableOp",
                List.of(name, zeros.ref()),
                List.of(),
                Map.of("dtype", Attributes.type(FLOAT)));
    }

    private static String update(Region region, Pen pen, String variable, Tensor value, Shared shared) {
        Tensor gradient = region.tensor(variable + ".grad");
        for (Tensor scale : shared.scale()) {
            gradient = pen.times(variable + ".grad.clipped", gradient, scale);
        }
        List<String> after = new ArrayList<>(List.of(shared.norm().node()));
        if (value.rank() > 1) {
            for (Tensor decay : shared.decay()) {
                Tensor loss = pen.times(variable + ".decay", value, decay);
                after.add(node(
                        region,
                        variable + ".decayed",
                        "AssignSubVariableOp",
                        List.of(variable, loss.ref()),
                        List.of(shared.norm().node()),
                        Map.of("dtype", Attributes.type(FLOAT))));
            }
        }
        List<String> inputs = new ArrayList<>(List.of(variable, variable + ".m", variable + ".v"));
        shared.adam().forEach(scalar -> inputs.add(scalar.ref()));
        inputs.add(gradient.ref());
        return node(
                region,
                variable + ".update",
                "ResourceApplyAdam",
                inputs,
                after,
                Map.of("T", Attributes.type(FLOAT), "use_locking", LOCKED, "use_nesterov", LOCKED));
    }

    private static String node(
            Region region,
            String name,
            String op,
            List<String> inputs,
            List<String> after,
            Map<String, AttrValue> attributes) {
        NodeDef.Builder node = NodeDef.newBuilder().setName(name).setOp(op).addAllInput(inputs);
        after.forEach(control -> node.addInput("^" + control));
        region.add(node.putAllAttr(attributes).build());
        return name;
    }
}
