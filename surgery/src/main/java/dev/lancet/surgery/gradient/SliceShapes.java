package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Shapes;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.tensorflow.proto.NodeDef;

/** The static shapes of ops that split or join tensors, or add or remove axes of size one. */
final class SliceShapes {

    private SliceShapes() {}

    static List<List<Long>> split(MutableGraph graph, NodeDef node, List<Value> in) {
        int parts = (int) node.getAttrOrThrow("num_split").getI();
        long axis = graph.integers(in.get(0)).get(0);
        return Collections.nCopies(parts, Shapes.split(in.get(1).dims(), axis, parts));
    }

    static List<List<Long>> splitV(MutableGraph graph, List<Value> in) {
        long axis = graph.integers(in.get(2)).get(0);
        return graph.integers(in.get(1)).stream()
                .map(size -> Shapes.with(in.get(0).dims(), axis, size))
                .toList();
    }

    static List<Long> sliced(Value tensor, List<Long> begin, List<Long> size) {
        return LongStream.range(0, tensor.rank())
                .map(axis -> size.get((int) axis) >= 0
                        ? size.get((int) axis)
                        : tensor.dim((int) axis) - begin.get((int) axis))
                .boxed()
                .toList();
    }

    static List<Long> padded(Value tensor, List<Long> paddings) {
        List<Long> shape = new ArrayList<>();
        for (int axis = 0; axis < tensor.rank(); axis++) {
            shape.add(tensor.dim(axis) + paddings.get(2 * axis) + paddings.get(2 * axis + 1));
        }
        return shape;
    }

    static List<Long> joined(MutableGraph graph, List<Value> in) {
        List<List<Long>> parts =
                in.subList(0, in.size() - 1).stream().map(Value::dims).toList();
        return Shapes.concatenated(parts, graph.integers(in.get(in.size() - 1)).get(0));
    }

    static List<Long> packed(NodeDef node, List<Value> in) {
        int axis = (int) node.getAttrOrThrow("axis").getI();
        List<Long> shape = new ArrayList<>(in.get(0).dims());
        shape.add(Shapes.axis(axis, shape.size() + 1), (long) in.size());
        return shape;
    }

    static List<List<Long>> unpacked(NodeDef node, Value tensor) {
        int axis = (int) node.getAttrOrThrow("axis").getI();
        List<Long> shape = new ArrayList<>(tensor.dims());
        shape.remove(Shapes.axis(axis, tensor.rank()));
        return Collections.nCopies((int) node.getAttrOrThrow("num").getI(), shape);
    }

    static List<Long> expanded(Value tensor, List<Long> axis) {
        List<Long> shape = new ArrayList<>(tensor.dims());
        shape.add(Shapes.axis(axis.get(0), shape.size() + 1), 1L);
        return shape;
    }

    static List<Long> squeezed(Value tensor, NodeDef node) {
        List<Integer> axes = node.getAttrOrThrow("squeeze_dims").getList().getIList().stream()
                .map(axis -> Shapes.axis(axis, tensor.rank()))
                .toList();
        List<Long> shape = new ArrayList<>();
        for (int axis = 0; axis < tensor.rank(); axis++) {
            boolean goes = axes.isEmpty() ? tensor.dim(axis) == 1 : axes.contains(axis);
            if (!goes) {
                shape.add(tensor.dim(axis));
            }
        }
        return shape;
    }
}
