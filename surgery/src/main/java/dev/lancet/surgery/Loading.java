package dev.lancet.surgery;

import dev.lancet.surgery.graph.Attrs;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The nodes by which the variables of a graph are filled, one at a time, so that a session never needs the whole model twice:
 *
 * <pre>
 * load.float   = Placeholder, for all variables of floats; load.uint8 for those of codes, and so on
 * X.assign     = AssignVariableOp(X, load.float), for every variable X
 * </pre>
 *
 * Whoever loads feeds the placeholder with one tensor and runs the one target.
 */
public final class Loading {

    private Loading() {}

    /**
     * The graph with these nodes at its end.
     *
     * @throws IllegalArgumentException if a node is already called as one of them would be
     */
    public static GraphDef into(GraphDef graph) {
        Set<DataType> types = new TreeSet<>();
        Set<String> names = new HashSet<>();
        GraphDef.Builder loaded = graph.toBuilder();
        for (NodeDef node : graph.getNodeList()) {
            names.add(node.getName());
            if (node.getOp().equals("VarHandleOp")) {
                types.add(type(node));
            }
        }
        types.forEach(type -> loaded.addNode(checked(names, placeholder(type))));
        for (NodeDef node : graph.getNodeList()) {
            if (node.getOp().equals("VarHandleOp")) {
                loaded.addNode(checked(names, assign(node)));
            }
        }
        return loaded.build();
    }

    /** The placeholder that takes the content of a variable of this type: {@code load.float}. */
    public static String feed(DataType type) {
        return "load." + type.name().substring("DT_".length()).toLowerCase(Locale.ROOT);
    }

    /** The node to run that fills a variable: {@code X.assign}. */
    public static String assign(String variable) {
        return variable + ".assign";
    }

    private static DataType type(NodeDef variable) {
        return variable.getAttrOrThrow("dtype").getType();
    }

    private static NodeDef placeholder(DataType type) {
        AttrValue anyShape = AttrValue.newBuilder()
                .setShape(TensorShapeProto.newBuilder().setUnknownRank(true))
                .build();
        return NodeDef.newBuilder()
                .setName(feed(type))
                .setOp("Placeholder")
                .putAttr("dtype", Attrs.of(type))
                .putAttr("shape", anyShape)
                .build();
    }

    private static NodeDef assign(NodeDef variable) {
        return NodeDef.newBuilder()
                .setName(assign(variable.getName()))
                .setOp("AssignVariableOp")
                .addInput(variable.getName())
                .addInput(feed(type(variable)))
                .putAttr("dtype", Attrs.of(type(variable)))
                .putAttr("validate_shape", Attrs.of(true))
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
