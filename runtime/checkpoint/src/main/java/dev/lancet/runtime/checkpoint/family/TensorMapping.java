package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Weight;
import java.util.List;

/**
 * Where a weight lies in somebody else's file: a whole array, its transpose, or some columns of it.
 *
 * @param tensor the name of the array there
 * @param shape the shape of the array there
 * @param transposed whether it is the weight's transpose, as PyTorch's linear layers keep it
 * @param firstColumn the column of the array in which the weight begins
 */
public record TensorMapping(String tensor, List<Integer> shape, boolean transposed, int firstColumn) {

    public TensorMapping {
        shape = List.copyOf(shape);
    }

    /** The array is the weight. */
    static TensorMapping whole(String tensor, Weight weight) {
        return new TensorMapping(tensor, weight.shape(), false, 0);
    }

    /** The array is the weight's transpose. */
    static TensorMapping transpose(String tensor, Weight weight) {
        return new TensorMapping(tensor, List.of(weight.columns(), weight.rows()), true, 0);
    }

    /** The weight is a run of columns of an array that is {@code width} columns wide. */
    static TensorMapping columns(String tensor, Weight weight, int first, int width) {
        List<Integer> shape = weight.role().matrix() ? List.of(weight.rows(), width) : List.of(width);
        return new TensorMapping(tensor, shape, false, first);
    }

    /** Whether the array holds the weight's numbers in the weight's order and nothing else. */
    public boolean isWhole(Weight weight) {
        return !transposed && shape.equals(weight.shape());
    }

    public int arrayColumns() {
        return shape.get(shape.size() - 1);
    }
}
