package dev.lancet.surgery.gradient;

import java.util.List;
import java.util.Set;
import org.tensorflow.proto.DataType;

/**
 * One output of one node, with its type and its static shape.
 *
 * @param node the node that makes it
 * @param port which of the node's outputs it is
 * @param type element type
 * @param shape dimensions, all of them known
 */
record Tensor(String node, int port, DataType type, List<Long> shape) {

    private static final Set<DataType> FLOATING =
            Set.of(DataType.DT_FLOAT, DataType.DT_DOUBLE, DataType.DT_BFLOAT16, DataType.DT_HALF);

    Tensor {
        shape = List.copyOf(shape);
    }

    /** How a node names it as its input: {@code node} or {@code node:1}. */
    String ref() {
        return port == 0 ? node : node + ":" + port;
    }

    /** What the name of its gradient is made of: {@code node} or {@code node.1}. */
    String stem() {
        return port == 0 ? node : node + "." + port;
    }

    int rank() {
        return shape.size();
    }

    long dimension(int axis) {
        return shape.get(axis < 0 ? axis + rank() : axis);
    }

    long elements() {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }

    /** Whether a gradient can exist with respect to it at all. */
    boolean floating() {
        return FLOATING.contains(type);
    }
}
