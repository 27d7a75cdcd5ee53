package dev.lancet.surgery.gradient;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/** The shape of a StridedSlice without ellipsis and without new axes. */
record Strides(List<Long> shape) {

    static Strides of(MutableGraph graph, NodeDef node) {
        List<Value> in = graph.inputs(node);
        if (mask(node, "ellipsis_mask") != 0 || mask(node, "new_axis_mask") != 0) {
            throw new LancetException(
                    "node '" + node.getName() + "' (StridedSlice) has an ellipsis or a new axis; declare "
                            + "its static shape in " + Attributes.SHAPES);
        }
        List<Long> begin = graph.integers(in.get(1));
        List<Long> end = graph.integers(in.get(2));
        List<Long> stride = graph.integers(in.get(3));
        List<Long> shape = new ArrayList<>();
        for (int axis = 0; axis < in.get(0).rank(); axis++) {
            long size = in.get(0).dim(axis);
            if (axis >= begin.size()) {
                shape.add(size);
            } else if ((mask(node, "shrink_axis_mask") >> axis & 1) == 0) {
                long step = stride.get(axis);
                long from = (mask(node, "begin_mask") >> axis & 1) == 1
                        ? (step > 0 ? 0 : size - 1)
                        : bounded(begin.get(axis), size, step);
                long to = (mask(node, "end_mask") >> axis & 1) == 1
                        ? (step > 0 ? size : -1)
                        : bounded(end.get(axis), size, step);
                shape.add(Math.max(0, (to - from + step - Long.signum(step)) / step));
            }
        }
        return new Strides(shape);
    }

    private static long bounded(long index, long size, long step) {
        long front = index < 0 ? index + size : index;
        return step > 0 ? Math.max(0, Math.min(front, size)) : Math.max(-1, Math.min(front, size - 1));
    }

    private static long mask(NodeDef node, String name) {
        return node.getAttrOrDefault(name, AttrValue.getDefaultInstance()).getI();
    }
}
