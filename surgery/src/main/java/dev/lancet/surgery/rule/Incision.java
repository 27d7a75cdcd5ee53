package dev.lancet.surgery.rule;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import java.util.List;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * The nodes that come in the place of one. The last has the name of the old one. Variables among them that feed nothing
 * else any more may come back under their old names with another content.
 *
 * @param nodes the replacement, each node after its inputs
 * @param functions functions that they call
 */
public record Incision(List<NodeDef> nodes, List<FunctionDef> functions) implements Verdict {

    public Incision {
        nodes = List.copyOf(nodes);
        functions = List.copyOf(functions);
    }

    /**
     * What was sketched to replace a node. The new nodes run where the old one ran, the last one after whatever the old one
     * waited for, and static shapes are said only where the old graph said them.
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
