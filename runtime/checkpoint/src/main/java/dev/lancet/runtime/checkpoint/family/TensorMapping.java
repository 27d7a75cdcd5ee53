package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Weight;
import java.util.List;

/**
 * How an array in another program's file holds a weight: as the whole array, its transpose, some of its
 * columns, or the transpose of some of its rows.
 *
 * @param tensor the name of the array
 * @param shape the shape of the array
 * @param transposed whether the array is the transpose of the weight, as in PyTorch's linear layers
 * @param first the column of the array at which the weight begins, or the row if it is transposed
 * @param group how many columns or rows follow one another, or 0 if all of the weight do
 * @param stride from the first column or row of a group to that of the next; without groups 0
 */
public record TensorMapping(String tensor, List<Integer> shape, boolean transposed, int first, int group, int stride) {

    public TensorMapping {
        shape = List.copyOf(shape);
    }

    /** The array equals the weight. */
    static TensorMapping whole(String tensor, Weight weight) {
        return new TensorMapping(tensor, weight.shape(), false, 0, 0, 0);
    }

    /** The array is the transpose of the weight. */
    static TensorMapping transpose(String tensor, Weight weight) {
        return new TensorMapping(tensor, List.of(weight.columns(), weight.rows()), true, 0, 0, 0);
    }

    /** The weight is a range of columns of an array that has {@code width} columns. */
    static TensorMapping columns(String tensor, Weight weight, int first, int width) {
        List<Integer> shape = weight.role().matrix() ? List.of(weight.rows(), width) : List.of(width);
        return new TensorMapping(tensor, shape, false, first, 0, 0);
    }

    /** The transpose of the weight is a range of rows of an array that has {@code height} rows. */
    static TensorMapping rows(String tensor, Weight weight, int first, int height) {
        return new TensorMapping(tensor, List.of(height, weight.rows()), true, first, 0, 0);
    }

    /** The same with its columns or rows in groups of {@code group}, which begin {@code stride} apart. */
    TensorMapping inGroups(int group, int stride) {
        return new TensorMapping(tensor, shape, transposed, first, group, stride);
    }

    /** The same mapping of an array with another name. */
    public TensorMapping named(String other) {
        return new TensorMapping(other, shape, transposed, first, group, stride);
    }

    /** The column of the array, or its row if it is transposed, that holds a column of the weight. */
    public int place(int column) {
        return group == 0 ? first + column : first + column / group * stride + column % group;
    }

    /** Whether the array equals the weight: the same elements in the same order, and no others. */
    public boolean isWhole(Weight weight) {
        return !transposed && shape.equals(weight.shape());
    }

    /** Whether the array is the transpose of the weight, and holds nothing else. */
    public boolean isTranspose(Weight weight) {
        return transposed && shape.equals(List.of(weight.columns(), weight.rows()));
    }

    public int arrayColumns() {
        return shape.get(shape.size() - 1);
    }
}
