package dev.lancet.surgery.graph;

import java.util.Arrays;
import java.util.List;
import org.tensorflow.proto.DataType;

/**
 * What is known about a tensor before a graph runs: its element type and its dimensions.
 *
 * @param type element type
 * @param dims dimensions, outermost first, -1 for a size that is known only at run time; empty for a scalar
 */
public record TensorType(DataType type, List<Long> dims) {

    public TensorType {
        dims = List.copyOf(dims);
    }

    /** A type with these dimensions, -1 for an unknown one. */
    public static TensorType of(DataType type, long... dims) {
        return new TensorType(type, Arrays.stream(dims).boxed().toList());
    }

    /** The same dimensions with another element type. */
    public TensorType as(DataType other) {
        return new TensorType(other, dims);
    }
}
