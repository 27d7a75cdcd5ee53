package dev.lancet.surgery.pass;

import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Adds up the gradients of several batches before one update, so that a step can use more text than fits into memory at
 * once.
 *
 * <pre>
 * X.grad = Identity(g)          X.grad.part      = Identity(g)
 *                               X.sum            = Variable, as X
 *                        ->     accumulate.first = X.sum := X.grad.part                for every X
 *                               accumulate.more  = X.sum += X.grad.part
 *                               X.grad           = Mul(AddV2(X.sum.read, X.grad.part), 1 / n)
 * </pre>
 *
 * For a step of n batches, run {@code accumulate.first} once, then {@code accumulate.more} n − 2 times, then {@code
 * train}; feed each run with its own batch. All batches must have the same number of tokens, so that the mean of their
 * gradients is the mean over all tokens.
 */
public final class Accumulation {

    private static final DataType FLOAT = DataType.DT_FLOAT;

    private Accumulation() {}

    /**
     * Builds the graph that takes {@code n} batches per step.
     *
     * @param graph a graph with {@code X.grad} for every variable X
     * @param variables the trained variables
     * @param n the number of batches; with 1 the graph is returned unchanged
     */
    public static GraphDef of(GraphDef graph, Collection<String> variables, int n) {
        if (n < 1) {
            throw new IllegalArgumentException("accumulate: " + n + "; it must be 1 or more");
        }
        if (n == 1) {
            return graph;
        }
        Map<String, String> variableOf = new HashMap<>();
        variables.forEach(variable -> variableOf.put(Backward.gradientOf(variable), variable));
        GraphDef.Builder result = graph.toBuilder().clearNode();
        GraphBuilder builder = GraphBuilder.graph();
        Value scale = new Ops(builder).constant("accumulate.share", 1f / n);
        NodeDef.Builder first = group("accumulate.first");
        NodeDef.Builder more = group("accumulate.more");
        for (NodeDef node : graph.getNodeList()) {
            String variable = variableOf.get(node.getName());
            if (variable == null) {
                result.addNode(node);
                continue;
            }
            result.addNode(node.toBuilder().setName(node.getName() + ".part"));
            first.addInput("^" + variable + ".sum.first");
            more.addInput("^" + variable + ".sum.more");
            draw(builder, variable, new TensorType(FLOAT, Attributes.dims(node, 0)), scale);
        }
        return result.addAllNode(builder.toGraph().getNodeList())
                .addNode(first)
                .addNode(more)
                .build();
    }

    private static void draw(GraphBuilder builder, String variable, TensorType type, Value scale) {
        String sum = variable + ".sum";
        String gradient = Backward.gradientOf(variable);
        Value part = new Value(gradient + ".part", 0, type);
        Value handle = new Value(sum, 0, TensorType.of(DataType.DT_RESOURCE));
        Value before = builder.variable(sum, type);
        for (String[] write : new String[][] {{".first", "AssignVariableOp"}, {".more", "AssignAddVariableOp"}}) {
            builder.node(sum + write[0], write[1])
                    .in(List.of(handle, part))
                    .with("dtype", FLOAT)
                    .ends();
        }
        Ops ops = new Ops(builder);
        ops.mul(gradient, ops.add(gradient + ".sum", before, part), scale);
    }

    private static NodeDef.Builder group(String name) {
        return NodeDef.newBuilder().setName(name).setOp("NoOp");
    }
}
