package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Shapes;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/** Ops that split or join tensors: the gradient of a split is a join, and the gradient of a join is a split. */
final class SliceAndConcatVjps {

    private static final AttrValue INT = Attributes.of(DataType.DT_INT32);

    static final Map<String, Vjp> VJPS = Map.of(
            "ConcatV2", SliceAndConcatVjps::concat,
            "Split", context -> split(context, 1, 0),
            "SplitV", context -> split(context, 0, 2),
            "Slice", SliceAndConcatVjps::slice,
            "StridedSlice", SliceAndConcatVjps::stridedSlice,
            "Pad", SliceAndConcatVjps::pad,
            "Pack", SliceAndConcatVjps::pack,
            "Unpack", SliceAndConcatVjps::unpack);

    private SliceAndConcatVjps() {}

    private static void concat(VjpContext context) {
        List<Value> parts = context.inputs().subList(0, context.inputs().size() - 1);
        int rank = context.output(0).rank();
        int axis = Shapes.axis(
                context.graph().integers(context.input(parts.size())).get(0), rank);
        long offset = 0;
        for (int index = 0; index < parts.size(); index++) {
            if (context.wants(index)) {
                List<Long> begin = zeros(rank);
                begin.set(axis, offset);
                context.give(
                        index,
                        cut(
                                context.builder(),
                                "" + index,
                                context.gradient(),
                                begin,
                                parts.get(index).dims()));
            }
            offset += parts.get(index).dim(axis);
        }
    }

    /** Outputs that the loss does not depend on get zeros as their gradient. */
    private static void split(VjpContext context, int whole, int axisInput) {
        GradientNodeBuilder builder = context.builder();
        List<Value> parts = gradients(context);
        List<Value> inputs = new ArrayList<>(parts);
        inputs.add(builder.integer(
                "axis", context.graph().integers(context.input(axisInput)).get(0)));
        context.give(
                whole,
                builder.put(
                        "" + whole,
                        "ConcatV2",
                        inputs,
                        Map.of(
                                "N",
                                Attributes.of(parts.size()),
                                "T",
                                Attributes.of(parts.get(0).type()),
                                "Tidx",
                                INT)));
    }

    private static void slice(VjpContext context) {
        Value input = context.input(0);
        List<Long> begin = context.graph().integers(context.input(1));
        List<Long> paddings = new ArrayList<>();
        for (int axis = 0; axis < input.rank(); axis++) {
            paddings.add(begin.get(axis));
            paddings.add(input.dim(axis) - begin.get(axis) - context.output(0).dim(axis));
        }
        Value pairs = context.builder().pairs("paddings", paddings);
        context.give(
                0,
                context.builder()
                        .put(
                                "0",
                                "Pad",
                                List.of(context.gradient(), pairs),
                                Map.of("T", Attributes.of(input.type()), "Tpaddings", INT)));
    }

    private static void stridedSlice(VjpContext context) {
        List<Value> inputs = new ArrayList<>();
        inputs.add(context.builder().integers("shape", context.input(0).dims()));
        Map<String, AttrValue> attributes = new LinkedHashMap<>(Map.of(
                "T",
                Attributes.of(context.gradient().type()),
                "Index",
                context.node().getAttrOrThrow("Index")));
        for (int index = 1; index < 4; index++) {
            Value bound = context.input(index);
            inputs.add(
                    bound.type() == DataType.DT_INT32
                            ? bound
                            : context.builder().cast("bound." + index, bound, DataType.DT_INT32));
        }
        attributes.put("Index", INT);
        inputs.add(context.gradient());
        for (String mask : List.of("begin", "end", "ellipsis", "new_axis", "shrink_axis")) {
            String name = mask + "_mask";
            attributes.put(name, context.node().getAttrOrDefault(name, Attributes.of(0)));
        }
        context.give(0, context.builder().put("0", "StridedSliceGrad", inputs, attributes));
    }

    private static void pad(VjpContext context) {
        List<Long> paddings = context.graph().integers(context.input(1));
        List<Long> begin = new ArrayList<>();
        for (int axis = 0; axis < context.input(0).rank(); axis++) {
            begin.add(paddings.get(2 * axis));
        }
        context.give(
                0,
                cut(
                        context.builder(),
                        "0",
                        context.gradient(),
                        begin,
                        context.input(0).dims()));
    }

    private static void pack(VjpContext context) {
        int parts = context.inputs().size();
        AttrValue axis = context.node().getAttrOrDefault("axis", Attributes.of(0));
        Value first = context.builder()
                .put(
                        "parts",
                        "Unpack",
                        List.of(context.gradient()),
                        Map.of(
                                "num",
                                Attributes.of(parts),
                                "axis",
                                axis,
                                "T",
                                Attributes.of(context.gradient().type())));
        for (int index = 0; index < parts; index++) {
            if (context.wants(index)) {
                context.give(index, context.graph().value(first.node(), index));
            }
        }
    }

    private static void unpack(VjpContext context) {
        List<Value> parts = gradients(context);
        AttrValue axis = context.node().getAttrOrDefault("axis", Attributes.of(0));
        context.give(
                0,
                context.builder()
                        .put(
                                "0",
                                "Pack",
                                parts,
                                Map.of(
                                        "N",
                                        Attributes.of(parts.size()),
                                        "axis",
                                        axis,
                                        "T",
                                        Attributes.of(parts.get(0).type()))));
    }

    private static List<Value> gradients(VjpContext context) {
        List<Value> gradients = new ArrayList<>();
        for (int port = 0; port < context.graph().ports(context.node()); port++) {
            Value output = context.output(port);
            String word = "zeros." + port;
            gradients.add(
                    context.gradient(port).orElseGet(() -> context.builder().zeros(word, output)));
        }
        return gradients;
    }

    private static Value cut(
            GradientNodeBuilder builder, String word, Value tensor, List<Long> begin, List<Long> size) {
        return builder.put(
                word,
                "Slice",
                List.of(tensor, builder.integers(word + ".begin", begin), builder.integers(word + ".size", size)),
                Map.of("T", Attributes.of(tensor.type()), "Index", INT));
    }

    private static List<Long> zeros(int rank) {
        return new ArrayList<>(Collections.nCopies(rank, 0L));
    }
}
