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
 * The gradients of a loss, derived graph to graph: the same graph comes back with the nodes of a reverse pass added to it.
 *
 * <p>Before: variable {@code X}, its value {@code X.read}, and a scalar {@code loss}, every node with its static shapes in
 * the attribute {@code _output_shapes}. After: {@code X.grad} too, of the shape of {@code X}. The new nodes are named after
 * those they differentiate: {@code <node>.back.<input>}; where a tensor has several uses, {@code <tensor>.grad} is their
 * sum. Only what lies between the wanted variables and the loss is differentiated.
 * <pre>
 *   x ──> MatMul "y" ──> ... ──> loss        y.back.1 = MatMul(x, dy, transpose_a)
 *   w.read ──┘                               w.grad   = Identity(y.back.1)
 * </pre>
 * A called function {@code f} has its own derivative {@code f.backward} in the library, made once and shared by all calls
 * that want the same of it; it recomputes the forward values that it needs.
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
     * @param graph static shapes, no gradients yet
     * @param loss name of a scalar node
     * @param variables names of float variables; variable {@code X} is read by the node {@code X.read}, and by no other
     * @throws LancetException if an op between a variable and the loss has no known gradient, if a shape is not static,
     *     or if the loss does not depend on a variable; the message names node and op
     */
    public static GraphDef derive(GraphDef graph, String loss, Collection<String> variables) {
        MutableGraph region = MutableGraph.of(graph);
        FunctionCallVjps calls = new FunctionCallVjps(graph.getLibrary());
        Value scalar = region.value(loss);
        if (scalar.rank() != 0) {
            throw new LancetException(
                    "node '" + loss + "' is " + scalar.dims() + "; a loss is a scalar: take the mean");
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
                        "variable '" + variable + "' does not reach '" + loss + "'; leave it out of what is trained");
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
