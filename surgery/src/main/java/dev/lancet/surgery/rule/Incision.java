package dev.lancet.surgery.rule;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import java.util.List;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * The nodes that replace one node. The last has the name of the replaced node. A variable that only the replaced node
 * used may reappear among them with the same name and another content.
 *
 * @param nodes the replacement, each node after its inputs
 * @param functions the functions that they call
 */
public record Incision(List<NodeDef> nodes, List<FunctionDef> functions) implements Verdict {

    public Incision {
        nodes = List.copyOf(nodes);
        functions = List.copyOf(functions);
    }

    /**
     * The content of a graph builder as the replacement of a node. The new nodes get the device of the old one; the last
     * one gets its control dependencies. They declare static shapes only if the old graph did.
     */
    public static Incision of(Node old, GraphBuilder builder) {
        GraphDef drawn = builder.toGraph();
        boolean shaped = old.attribute(Attributes.SHAPES).isPresent();
        List<NodeDef> nodes = drawn.getNodeList().stream()
                .map(node -> node.toBuilder().setDevice(old.definition().getDevice()))
                .map(node -> shaped ? node : node.removeAttr(Attributes.SHAPES))
                .map(node -> node.getName().equals(old.name())
                        ? node.addAllInput(old.controlInputs().stream()
                                .map(Object::toString)
                                .toList())
                        : node)
                .map(NodeDef.Builder::build)
                .toList();
        return new Incision(nodes, drawn.getLibrary().getFunctionList());
    }
}
