package dev.lancet.surgery.imported.controlflow;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.HashSet;
import java.util.Set;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Removes control dependencies on reads of variables that are never written: such a dependency has no effect. */
public final class ReadOrdering {

    /** Ops that use a variable's handle without changing the variable. */
    static final Set<String> ASKING = Set.of(
            "ReadVariableOp",
            "ResourceGather",
            "VariableShape",
            "VarIsInitializedOp",
            "DisableCopyOnRead",
            "Identity",
            ControlFlowNode.RETURNED);

    private ReadOrdering() {}

    /** The graph without control dependencies on such reads. TensorFlow adds one for every read in a function. */
    static GraphDef unordered(GraphView graph) {
        return unordered(graph, graph);
    }

    /** The same for a graph with loops; its open form shows how the loops use variables. */
    public static GraphDef unordered(GraphView graph, GraphView open) {
        Set<String> settled = settled(open);
        GraphDef.Builder result = graph.definition().toBuilder().clearNode();
        for (Node node : graph.nodes()) {
            NodeDef.Builder kept = node.definition().toBuilder().clearInput();
            for (Input input : node.inputs()) {
                if (!(input.control() && settled.contains(input.node()))) {
                    kept.addInput(input.toString());
                }
            }
            result.addNode(kept.removeAttr("_has_manual_control_dependencies"));
        }
        return result.build();
    }

    /**
     * The nodes that nobody needs to wait for. A NoOp that waits only for such nodes is one of them. If it stayed without
     * inputs, it would stand outside the loop whose nodes wait for it, and TensorFlow refuses that.
     */
    private static Set<String> settled(GraphView open) {
        Set<String> settled = new HashSet<>();
        for (Node node : open.ordered()) {
            boolean waits = node.inputs().stream().anyMatch(input -> !settled.contains(input.node()));
            if (node.is("NoOp") ? !waits : settled(node)) {
                settled.add(node.name());
            }
        }
        return settled;
    }

    private static boolean settled(Node node) {
        if (node.is("Const") || node.is("VarHandleOp")) {
            return true;
        }
        if (!node.controlInputs().isEmpty()) {
            return false;
        }
        // A frozen graph has identities of constants instead of variable reads.
        Node read = node;
        while (read.is("Identity")
                && read.controlInputs().isEmpty()
                && read.producer(0).isPresent()) {
            read = read.producer(0).get();
        }
        return read.is("Const")
                || read.is("VarHandleOp")
                || (read.is("ReadVariableOp")
                        && read.controlInputs().isEmpty()
                        && read.producer(0).filter(ReadOrdering::neverWritten).isPresent());
    }

    static boolean neverWritten(Node holder) {
        return holder.is("Const")
                || (holder.is("VarHandleOp")
                        && holder.uses().stream()
                                .allMatch(use -> ASKING.contains(use.node().op())));
    }
}
