package dev.lancet.surgery;

import dev.lancet.surgery.graph.Attributes;
import java.util.HashSet;
import java.util.Set;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * The nodes that fill the variables of a graph. A caller can fill some variables at a time, so a session never holds the
 * whole model twice:
 *
 * <pre>
 * X.load   = Placeholder, for every variable X
 * X.assign = AssignVariableOp(X, X.load)
 * </pre>
 *
 * A caller feeds some of the placeholders and runs the assignments of the same variables.
 */
public final class VariableLoading {

    private VariableLoading() {}

    /**
     * Appends these nodes to the graph.
     *
     * @throws IllegalArgumentException if the graph already has a node of one of these names
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

    /** The placeholder for the value of a variable: {@code X.load}. */
    public static String feed(String variable) {
        return variable + ".load";
    }

    /** The node to run to assign the value of a variable: {@code X.assign}. */
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
                    + "'; call this once per graph, or rename the node");
        }
        return node;
    }
}
