package dev.lancet.surgery;

import dev.lancet.surgery.graph.Attributes;
import java.util.HashSet;
import java.util.Set;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * The nodes by which the variables of a graph are filled, some at a time, so that a session never needs the whole model twice:
 *
 * <pre>
 * X.load   = Placeholder, for every variable X
 * X.assign = AssignVariableOp(X, X.load)
 * </pre>
 *
 * Whoever loads feeds some of the placeholders and runs the targets that belong to them.
 */
public final class VariableLoading {

    private VariableLoading() {}

    /**
     * The graph with these nodes at its end.
     *
     * @throws IllegalArgumentException if a node is already called as one of them would be
     */
    public static GraphDef into(GraphDef graph) {
        Set<String> names = new HashSet<>();
        graph.getNodeList().forEach(node -> names.add(node.getName()));
        GraphDef.Builder loaded = graph.toBuilder();
        for (NodeDef node : graph.getNodeList()) {
            if (node.getOp().equals("VarHandleOp")) {
                loaded.addNode(checked(names, placeholder(node)));
                loaded.addNode(checked(names, assign(node)));
            }
        }
        return loaded.build();
    }

    /** The placeholder that takes the content of a variable: {@code X.load}. */
    public static String feed(String variable) {
        return variable + ".load";
    }

    /** The node to run that fills a variable: {@code X.assign}. */
    public static String assign(String variable) {
        return variable + ".assign";
    }

    private static NodeDef placeholder(NodeDef variable) {
        return NodeDef.newBuilder()
                .setName(feed(variable.getName()))
                .setOp("Placeholder")
                .putAttr("dtype", variable.getAttrOrThrow("dtype"))
                .putAttr("shape", variable.getAttrOrThrow("shape"))
                .build();
    }

    private static NodeDef assign(NodeDef variable) {
        return NodeDef.newBuilder()
                .setName(assign(variable.getName()))
                .setOp("AssignVariableOp")
                .addInput(variable.getName())
                .addInput(feed(variable.getName()))
                .putAttr("dtype", variable.getAttrOrThrow("dtype"))
                .putAttr("validate_shape", Attributes.of(true))
                .build();
    }

    private static NodeDef checked(Set<String> names, NodeDef node) {
        if (!names.add(node.getName())) {
            throw new IllegalArgumentException("loading: the graph already has a node '" + node.getName()
                    + "'; it is loaded already, or the node needs another name");
        }
        return node;
    }
}
