package dev.lancet.surgery.graph;

import java.util.ArrayList;
import java.util.List;

/** Infers the dimensions of results from those of arguments; -1 is a size that is known only at run time. */
public final class Shapes {

    private Shapes() {}

    /** The number of elements of a tensor with known dimensions. */
    public static long elements(List<Long> dims) {
        return dims.stream().reduce(1L, (a, b) -> a * b);
    }

    /** An axis counted from the front. */
    public static int axis(long axis, int rank) {
        return (int) (axis < 0 ? axis + rank : axis);
    }

    /**
     * The shape that two shapes broadcast to, as in NumPy: aligned at the right, sizes equal or one.
     *
     * @param name of the node, for the message
     */
    public static List<Long> broadcast(String name, List<Long> a, List<Long> b) {
        List<Long> dims = new ArrayList<>();
        int rank = Math.max(a.size(), b.size());
        for (int axis = 0; axis < rank; axis++) {
            long left = aligned(a, axis, rank);
            long right = aligned(b, axis, rank);
            if (left >= 0 && right >= 0 && left != right && left != 1 && right != 1) {
                throw new IllegalArgumentException(name + ": shapes " + a + " and " + b + " do not broadcast");
            }
            dims.add(left == 1 ? right : right == 1 ? left : Math.max(left, right));
        }
        return List.copyOf(dims);
    }

    /** The size of a shape along an axis of a shape with more axes that it broadcasts to. */
    public static long aligned(List<Long> dims, int axis, int rank) {
        int own = axis - (rank - dims.size());
        return own < 0 ? 1 : dims.get(own);
    }

    /** The same shape with another size along one axis. */
    public static List<Long> with(List<Long> dims, long axis, long size) {
        List<Long> changed = new ArrayList<>(dims);
        changed.set(axis(axis, dims.size()), size);
        return changed;
    }

    /** The shape after a reduction over some axes, which stay with size 1 or are removed. */
    public static List<Long> reduced(List<Long> dims, List<Long> over, boolean keep) {
        List<Integer> axes = over.stream().map(axis -> axis(axis, dims.size())).toList();
        List<Long> left = new ArrayList<>();
        for (int axis = 0; axis < dims.size(); axis++) {
            if (!axes.contains(axis)) {
                left.add(dims.get(axis));
            } else if (keep) {
                left.add(1L);
            }
        }
        return left;
    }

    /** The shape of the product of two matrices, or of two stacks of matrices, each optionally transposed first. */
    public static List<Long> product(String name, List<Long> a, boolean transposeA, List<Long> b, boolean transposeB) {
        List<Long> dims = new ArrayList<>(broadcast(name, a.subList(0, a.size() - 2), b.subList(0, b.size() - 2)));
        dims.add(a.get(a.size() - (transposeA ? 1 : 2)));
        dims.add(b.get(b.size() - (transposeB ? 2 : 1)));
        return dims;
    }

    /** The shape of slices of a table along an axis. */
    public static List<Long> gathered(List<Long> table, List<Long> indices, int axis) {
        List<Long> dims = new ArrayList<>(table.subList(0, axis));
        dims.addAll(indices);
        dims.addAll(table.subList(axis + 1, table.size()));
        return dims;
    }

    /** The shape of tensors joined along an axis. */
    public static List<Long> concatenated(List<List<Long>> parts, long axis) {
        int at = axis(axis, parts.get(0).size());
        boolean known = parts.stream().allMatch(part -> part.get(at) >= 0);
        return with(
                parts.get(0),
                at,
                known ? parts.stream().mapToLong(part -> part.get(at)).sum() : -1);
    }

    /** The shape of one of several equal parts along an axis. */
    public static List<Long> split(List<Long> dims, long axis, int pieces) {
        return with(dims, axis, dims.get(axis(axis, dims.size())) / pieces);
    }

    /** The shape with its axes in another order. */
    public static List<Long> transposed(List<Long> dims, List<Long> order) {
        return order.stream().map(axis -> dims.get(axis(axis, dims.size()))).toList();
    }
}
