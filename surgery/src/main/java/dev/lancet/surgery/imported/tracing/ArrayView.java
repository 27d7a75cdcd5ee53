package dev.lancet.surgery.imported.tracing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The axes of a stored array after reshapes and transposes: each axis is a sequence of pieces of the stored axes. Pieces
 * are compared by identity and never copied.
 *
 * @param stored all pieces in the order in which they are stored
 * @param axes the pieces of each current axis
 */
public record ArrayView(List<Piece> stored, List<List<Piece>> axes) {

    /** A part of an axis, of size 2 or more. */
    public static final class Piece {
        private final long size;

        Piece(long size) {
            this.size = size;
        }

        long size() {
            return size;
        }
    }

    static ArrayView of(List<Long> shape) {
        List<Piece> stored = new ArrayList<>();
        List<List<Piece>> axes = new ArrayList<>();
        for (long size : shape) {
            List<Piece> axis = size == 1 ? List.of() : List.of(new Piece(size));
            stored.addAll(axis);
            axes.add(axis);
        }
        return new ArrayView(stored, axes);
    }

    public static long size(List<Piece> pieces) {
        return pieces.stream().mapToLong(Piece::size).reduce(1, (a, b) -> a * b);
    }

    public List<Long> shape() {
        return axes.stream().map(ArrayView::size).toList();
    }

    /** The view with its axes in another order, or empty if {@code order} is not a permutation. */
    Optional<ArrayView> transposed(List<Long> order) {
        if (order.size() != axes.size() || order.stream().distinct().count() != axes.size()) {
            return Optional.empty();
        }
        List<List<Piece>> turned = new ArrayList<>();
        for (long axis : order) {
            long at = axis < 0 ? axis + axes.size() : axis;
            if (at < 0 || at >= axes.size()) {
                return Optional.empty();
            }
            turned.add(axes.get((int) at));
        }
        return Optional.of(new ArrayView(stored, turned));
    }

    /** The view in another shape, in which one size may be -1; empty if a new axis would divide a piece. */
    Optional<ArrayView> reshaped(List<Long> wanted) {
        List<Long> shape = new ArrayList<>(wanted);
        long known = wanted.stream().filter(size -> size != -1).reduce(1L, (a, b) -> a * b);
        int open = shape.indexOf(-1L);
        long all = size(stored);
        if (known <= 0 || all % known != 0 || shape.lastIndexOf(-1L) != open) {
            return Optional.empty();
        }
        if (open >= 0) {
            shape.set(open, all / known);
        } else if (known != all) {
            return Optional.empty();
        }
        List<Piece> order = new ArrayList<>(stored);
        List<Piece> rest = new ArrayList<>();
        axes.forEach(rest::addAll);
        List<List<Piece>> regrouped = new ArrayList<>();
        for (long size : shape) {
            List<Piece> axis = new ArrayList<>();
            long missing = size;
            while (missing > 1) {
                if (rest.isEmpty()) {
                    return Optional.empty();
                }
                Piece next = rest.remove(0);
                if (next.size() > missing) {
                    if (next.size() % missing != 0) {
                        return Optional.empty();
                    }
                    Piece outer = new Piece(missing);
                    Piece inner = new Piece(next.size() / missing);
                    int at = order.indexOf(next);
                    order.set(at, outer);
                    order.add(at + 1, inner);
                    rest.add(0, inner);
                    next = outer;
                }
                if (missing % next.size() != 0) {
                    return Optional.empty();
                }
                missing /= next.size();
                axis.add(next);
            }
            regrouped.add(List.copyOf(axis));
        }
        return Optional.of(new ArrayView(List.copyOf(order), List.copyOf(regrouped)));
    }
}
