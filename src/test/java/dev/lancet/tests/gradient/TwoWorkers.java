package dev.lancet.tests.gradient;

import dev.lancet.surgery.graph.Attributes;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Two copies of a worker's graph in one graph, each on its own virtual processor; their nodes are {@code 0/X}, {@code 1/X}. */
final class TwoWorkers {

    static final int COUNT = 2;

    private TwoWorkers() {}

    static GraphDef of(GraphDef worker) {
        GraphDef.Builder both = worker.toBuilder().clearNode();
        for (int i = 0; i < COUNT; i++) {
            for (NodeDef node : worker.getNodeList()) {
                both.addNode(copy(node, i));
            }
        }
        return both.build();
    }

    private static NodeDef copy(NodeDef node, int worker) {
        NodeDef.Builder copy = node.toBuilder()
                .setName(worker + "/" + node.getName())
                .setDevice("/device:CPU:" + worker)
                .clearInput();
        node.getInputList()
                .forEach(input -> copy.addInput(
                        input.startsWith("^") ? "^" + worker + "/" + input.substring(1) : worker + "/" + input));
        AttrValue shared = node.getAttrOrDefault("shared_name", AttrValue.getDefaultInstance());
        if (node.getOp().equals("VarHandleOp")) {
            copy.putAttr(
                    "shared_name", Attributes.of(worker + "/" + shared.getS().toStringUtf8()));
        }
        return copy.build();
    }
}
