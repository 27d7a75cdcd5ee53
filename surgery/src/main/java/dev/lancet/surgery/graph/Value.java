package dev.lancet.surgery.graph;

import java.util.List;
import org.tensorflow.proto.DataType;

/**
 * One output of a node, or an argument of a function, as other nodes take it.
 *
 * @param node the node, or the argument
 * @param op the operator of the node, empty for an argument
 * @param output which of the node's outputs, counted flat over all of them
 * @param form its type and dimensions
 */
public record Value(String node, String op, int output, TensorType form) {

    /** Element type. */
    public DataType type() {
        return form.type();
    }

    /** Dimensions, -1 for one that is not known. */
    public List<Long> dims() {
        return form.dims();
    }

    /** Number of dimensions. */
    public int rank() {
        return form.dims().size();
    }

    /** The size along an axis; a negative axis counts from the last. */
    public long dim(int axis) {
        return form.dims().get(axis < 0 ? rank() + axis : axis);
    }

    /** How a node of a graph refers to it: {@code x}, or {@code x:1} for its second output. */
    public String inGraph() {
        return output == 0 ? node : node + ":" + output;
    }

    /** How a node of a function body refers to it: {@code x} for an argument, {@code x:product:0} for a MatMul. */
    public String inBody() {
        return op.isEmpty() ? node : node + ":" + OutputNames.of(op, output);
    }
}
