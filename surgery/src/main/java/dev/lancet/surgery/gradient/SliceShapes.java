package dev.lancet.surgery.gradient;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.tensorflow.proto.NodeDef;

/** The static shapes of tensors that are cut into pieces, put together, or get and lose axes of size one. */
final class SliceShapes {

    private SliceShapes() {}

    private static List<Long> replaced(Tensor tensor, int axis, long size) {
        List<Long> shape = new ArrayList<>(tensor.shape());
        shape.set(axis < 0 ? axis + tensor.rank() : axis, size);
        return shape;
    }

    static List<List<Long>> split(MutableGraph graph, NodeDef node, List<Tensor> in) {
        int parts = (int) node.getAttrOrThrow("num_split").getI();
        Tensor whole = in.get(1);
        int axis = graph.integers(in.get(0)).get(0).intValue();
        return Collections.nCopies(parts, replaced(whole, axis, whole.dimension(axis) / parts));
    }

    static List<List<Long>> splitV(MutableGraph graph, List<Tensor> in) {
        int axis = graph.integers(in.get(2)).get(0).intValue();
        return graph.integers(in.get(1)).stream()
                .map(size -> replaced(in.get(0), axis, size))
                .toList();
    }

    static List<Long> sliced(Tensor tensor, List<Long> begin, List<Long> size) {
        return LongStream.range(0, tensor.rank())
                .map(axis -> size.get((int) axis) >= 0
                        ? size.get((int) axis)
                        : tensor.dimension((int) axis) - begin.get((int) axis))
                .boxed()
                .toList();
    }

    static List<Long> padded(Tensor tensor, List<Long> paddings) {
        List<Long> shape = new ArrayList<>();
        for (int axis = 0; axis < tensor.rank(); axis++) {
            shape.add(tensor.dimension(axis) + paddings.get(2 * axis) + paddings.get(2 * axis + 1));
        }
        return shape;
    }

    static List<Long> joined(MutableGraph graph, List<Tensor> in) {
        List<Tensor> parts = in.subList(0, in.size() - 1);
        int axis = graph.integers(in.get(in.size() - 1)).get(0).intValue();
        return replaced(
                parts.get(0),
                axis,
                parts.stream().mapToLong(part -> part.dimension(axis)).sum());
    }

    static List<Long> packed(NodeDef node, List<Tensor> in) {
        int axis = (int) node.getAttrOrThrow("axis").getI();
        List<Long> shape = new ArrayList<>(in.get(0).shape());
        shape.add(axis < 0 ? axis + shape.size() + 1 : axis, (long) in.size());
        return shape;
    }

    static List<List<Long>> unpacked(NodeDef node, Tensor tensor) {
        int axis = (int) node.getAttrOrThrow("axis").getI();
        List<Long> shape = new ArrayList<>(tensor.shape());
        shape.remove(axis < 0 ? axis + tensor.rank() : axis);
        return Collections.nCopies((int) node.getAttrOrThrow("num").getI(), shape);
    }

    static List<Long> expanded(Tensor tensor, List<Long> axis) {
        List<Long> shape = new ArrayList<>(tensor.shape());
        int at = axis.get(0).intValue();
        shape.add(at < 0 ? at + shape.size() + 1 : at, 1L);
        return shape;
    }

    static List<Long> squeezed(Tensor tensor, NodeDef node) {
        List<Long> axes = Shapes.axes(
                tensor, node.getAttrOrThrow("squeeze_dims").getList().getIList());
        List<Long> shape = new ArrayList<>();
        for (int axis = 0; axis < tensor.rank(); axis++) {
            boolean goes = axes.isEmpty() ? tensor.dimension(axis) == 1 : axes.contains((long) axis);
            if (!goes) {
                shape.add(tensor.dimension(axis));
            }
        }
        return shape;
    }
}
