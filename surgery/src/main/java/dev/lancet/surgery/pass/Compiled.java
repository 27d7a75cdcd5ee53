package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.Attrs;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Marks the calls of functions to be compiled by XLA. Between the matrix products, which stay with TensorFlow's own
 * kernels, the blocks are element-wise work and reductions: compiled, each is one pass over memory instead of one per op.
 * One function is compiled once, however many layers call it. Numbers agree to rounding.
 */
public final class Compiled {

    private static final String MARK = "_XlaMustCompile";

    private Compiled() {}

    /** The same graph, every {@code PartitionedCall} of it marked. */
    public static GraphDef calls(GraphDef graph) {
        GraphDef.Builder marked = graph.toBuilder().clearNode();
        for (NodeDef node : graph.getNodeList()) {
            boolean call = node.getOp().equals("PartitionedCall");
            marked.addNode(call ? node.toBuilder().putAttr(MARK, Attrs.of(true)).build() : node);
        }
        return marked.build();
    }
}
