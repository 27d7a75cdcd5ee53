package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Weight;
import java.util.List;

/**
 * How an array in another program's file holds a weight: as the whole array, its transpose, or some of its columns.
 *
 * @param tensor the name of the array
 * @param shape the shape of the array
 * @param transposed whether the array is the transpose of the weight, as in PyTorch's linear layers
 * @param firstColumn the column of the array at which the weight begins
 */
public record TensorMapping(String tensor, List<Integer> shape, boolean transposed, int firstColumn) {

    public TensorMapping {
        shape = List.copyOf(shape);
    }

    /** The array equals the weight. */
    static TensorMapping whole(String tensor, Weight weight) {
        return new TensorMapping(tensor, weight.shape(), false, 0);
    }

    /** The array is the transpose of the weight. */
    static TensorMapping transpose(String tensor, Weight weight) {
        return new TensorMapping(tensor, List.of(weight.columns(), weight.rows()), true, 0);
    }

    /** The weight is a range of columns of an array that has {@code width} columns. */
    static TensorMapping columns(String tensor, Weight weight, int first, int width) {
        List<Integer> shape = weight.role().matrix() ? List.of(weight.rows(), width) : List.of(width);
        return new TensorMapping(tensor, shape, false, first);
    }

    /** Whether the array equals the weight: the same elements in the same order, and no others. */
    public boolean isWhole(Weight weight) {
        return !transposed && shape.equals(weight.shape());
    }

    public int arrayColumns() {
        return shape.get(shape.size() - 1);
    }
}
