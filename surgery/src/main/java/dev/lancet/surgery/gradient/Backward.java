package dev.lancet.surgery.gradient;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.GraphDef;

/**
 * Derives the gradients of a loss, graph to graph: returns the same graph with the nodes of a reverse pass added.
 *
 * <p>Before: variable {@code X}, its value {@code X.read}, and a scalar {@code loss}; every node declares its static
 * shapes in the attribute {@code _output_shapes}. After: also {@code X.grad}, in the shape of {@code X}. The new nodes
 * are named after the nodes they differentiate: {@code <node>.back.<input>}. If a tensor has several uses, {@code
 * <tensor>.grad} is the sum of their gradients. Only the nodes between the variables and the loss are differentiated.
 * <pre>
 *   x ──> MatMul "y" ──> ... ──> loss        y.back.1 = MatMul(x, dy, transpose_a)
 *   w.read ──┘                               w.grad   = Identity(y.back.1)
 * </pre>
 * A called function {@code f} gets a derivative {@code f.backward} in the library. It is built once and shared by all
 * calls that need the same gradients. It recomputes the forward values that it needs.
 */
public final class Backward {

    private static final String GRADIENT = ".grad";

    private Backward() {}

    /** The name of the node that is the gradient of a variable. */
    public static String gradientOf(String variable) {
        return variable + GRADIENT;
    }

    /**
     * The graph with the gradients of {@code loss} with respect to {@code variables}.
     *
     * @param graph a graph with static shapes and without gradients
     * @param loss name of a scalar node
     * @param variables names of float variables; each variable {@code X} is read by the node {@code X.read} and by no
     *     other
     * @throws LancetException if an op between a variable and the loss has no known gradient, if a shape is not static,
     *     or if the loss does not depend on a variable; the message names node and op
     */
    public static GraphDef derive(GraphDef graph, String loss, Collection<String> variables) {
        MutableGraph region = MutableGraph.of(graph);
        FunctionCallVjps calls = new FunctionCallVjps(graph.getLibrary());
        Value scalar = region.value(loss);
        if (scalar.rank() != 0) {
            throw new LancetException(
                    "node '" + loss + "' is " + scalar.dims() + "; a loss must be a scalar: take the mean");
        }
        List<Value> reads = new ArrayList<>();
        for (String variable : variables) {
            reads.add(region.value(variable + ".read"));
        }
        Value one = GradientNodeBuilder.of(region, scalar).number(GRADIENT, scalar.type(), 1);
        Map<Value, Value> gradients = ReversePass.of(region, VjpRegistry.with(calls), Map.of(scalar, one), reads);
        int index = 0;
        for (String variable : variables) {
            @Nullable Value gradient = gradients.get(reads.get(index++));
            if (gradient == null) {
                throw new LancetException(
                        "variable '" + variable + "': '" + loss + "' does not depend on it; do not train it");
            }
            new GradientNodeBuilder(region, variable).identity(GRADIENT, gradient);
        }
        return graph.toBuilder()
                .clearNode()
                .addAllNode(region.nodes())
                .setLibrary(calls.library())
                .build();
    }
}
