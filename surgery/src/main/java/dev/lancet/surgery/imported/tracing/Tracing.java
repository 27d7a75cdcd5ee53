package dev.lancet.surgery.imported.tracing;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.DataType;

/**
 * Traces an input back to a stored array, through nodes that do not change its values: reads, identities, casts,
 * reshapes, transposes.
 *
 * @param source the array
 * @param view the axes of the array at the input
 * @param path the nodes between, the nearest to the array first
 */
public record Tracing(WeightSource source, ArrayView view, List<Node> path) {

    private static final Set<String> AS_IT_IS = Set.of(
            "Identity",
            "ReadVariableOp",
            "Cast",
            "StopGradient",
            "Snapshot",
            "PreventGradient",
            "EnsureShape",
            "Switch",
            "_SwitchN",
            "Enter");
    private static final Set<String> MOVES = Set.of("Reshape", "Transpose", "ExpandDims", "Squeeze");
    private static final int LONGEST = 64;

    /** The trace of an input, or empty if its values are computed. */
    public static Optional<Tracing> back(Node user, int input) {
        return user.producer(input)
                .filter(producer -> only(producer, user.dataInputs().get(input).port()))
                .flatMap(producer -> from(producer, LONGEST));
    }

    private static Optional<Tracing> from(Node node, int left) {
        if (WeightSource.holds(node)) {
            WeightSource source = WeightSource.of(node);
            return Optional.of(new Tracing(source, ArrayView.of(source.shape()), List.of()));
        }
        boolean same = AS_IT_IS.contains(node.op());
        if (left == 0 || !passes(node)) {
            return Optional.empty();
        }
        Optional<Node> before = node.producer(0).filter(producer -> only(producer, port(node)));
        return before.flatMap(producer -> from(producer, left - 1)).flatMap(tracing -> tracing.through(node, same));
    }

    /** Whether an output forwards the input; all outputs of a Switch do. */
    private static boolean only(Node producer, int port) {
        return port == 0 || branch(producer);
    }

    /** Whether a node forwards its first input to one of several branches. */
    public static boolean branch(Node node) {
        return node.is("Switch") || node.is("_SwitchN");
    }

    /**
     * Whether a node forwards its first input, at most in another shape, order or float type. A value that a loop carries
     * changes in every iteration, so only constants of a loop are forwarded by {@code Enter}.
     */
    public static boolean passes(Node node) {
        return (AS_IT_IS.contains(node.op()) || MOVES.contains(node.op()))
                && !floatless(node)
                && !(node.is("Enter") && !node.flag("is_constant"));
    }

    private static int port(Node node) {
        List<Input> data = node.dataInputs();
        return data.isEmpty() ? -1 : data.get(0).port();
    }

    /** A cast to integers changes the values. */
    private static boolean floatless(Node node) {
        return node.is("Cast")
                && !Set.of(DataType.DT_FLOAT, DataType.DT_HALF, DataType.DT_BFLOAT16, DataType.DT_DOUBLE)
                        .containsAll(List.of(node.type("SrcT"), node.type("DstT")));
    }

    private Optional<Tracing> through(Node node, boolean same) {
        List<Node> longer = new ArrayList<>(path);
        longer.add(node);
        Optional<ArrayView> seen = same ? Optional.of(view) : moved(node);
        return seen.map(next -> new Tracing(source, next, List.copyOf(longer)));
    }

    private Optional<ArrayView> moved(Node node) {
        if (node.is("Squeeze")) {
            return node.attribute(Attributes.SHAPES)
                    .flatMap(shapes -> node.shape(0))
                    .map(shape -> shape.stream().map(Long::valueOf).toList())
                    .or(() -> squeezed(node))
                    .flatMap(view::reshaped);
        }
        Optional<List<Long>> said = node.producer(1).flatMap(ConstantTensors::shortIntegers);
        if (node.is("ExpandDims")) {
            return said.flatMap(axis -> expanded(axis.get(0)));
        }
        return said.flatMap(numbers -> node.is("Reshape") ? view.reshaped(numbers) : view.transposed(numbers));
    }

    private Optional<List<Long>> squeezed(Node node) {
        List<Long> axes = node.attribute("squeeze_dims")
                .map(dims -> dims.getList().getIList())
                .orElse(List.of());
        List<Long> shape = view.shape();
        List<Long> left = new ArrayList<>();
        for (int i = 0; i < shape.size(); i++) {
            boolean named = axes.isEmpty() || axes.contains((long) i) || axes.contains((long) i - shape.size());
            if (!(named && shape.get(i) == 1)) {
                left.add(shape.get(i));
            }
        }
        return Optional.of(left);
    }

    private Optional<ArrayView> expanded(long axis) {
        List<Long> shape = new ArrayList<>(view.shape());
        long at = axis < 0 ? axis + shape.size() + 1 : axis;
        if (at < 0 || at > shape.size()) {
            return Optional.empty();
        }
        shape.add((int) at, 1L);
        return view.reshaped(shape);
    }
}
