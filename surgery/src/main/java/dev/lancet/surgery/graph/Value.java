package dev.lancet.surgery.graph;

import java.util.List;
import org.tensorflow.proto.DataType;

/**
 * One output of a node, or an argument of a function, in the form in which other nodes take it.
 *
 * @param node the node, or the argument
 * @param output index over all outputs of the node
 * @param form its type and dimensions
 */
public record Value(String node, int output, TensorType form) {

    /** A value of known type and dimensions. */
    public Value(String node, int output, DataType type, List<Long> dims) {
        this(node, output, new TensorType(type, dims));
    }

    /** Element type. */
    public DataType type() {
        return form.type();
    }

    /** Dimensions, -1 for an unknown one. */
    public List<Long> dims() {
        return form.dims();
    }

    /** Number of elements, if all dimensions are known. */
    public long elements() {
        return Shapes.elements(form.dims());
    }

    /** Number of dimensions. */
    public int rank() {
        return form.dims().size();
    }

    /** The size along an axis; a negative axis counts from the end. */
    public long dim(int axis) {
        return form.dims().get(Shapes.axis(axis, rank()));
    }

    /** The reference to it in a graph: {@code x}, or {@code x:1} for the second output. */
    public String inGraph() {
        return output == 0 ? node : node + ":" + output;
    }
}
