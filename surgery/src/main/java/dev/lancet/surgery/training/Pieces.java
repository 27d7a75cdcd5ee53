package dev.lancet.surgery.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/** Ops that cut a tensor into pieces or join pieces: the gradient is joined where they cut and cut where they join. */
final class Pieces {

    private static final AttrValue INT = Attributes.type(DataType.DT_INT32);

    static final Map<String, Vjp> ROOM = Map.of(
            "ConcatV2", Pieces::concat,
            "Split", chain -> split(chain, 1, 0),
            "SplitV", chain -> split(chain, 0, 2),
            "Slice", Pieces::slice,
            "StridedSlice", Pieces::stridedSlice,
            "Pad", Pieces::pad,
            "Pack", Pieces::pack,
            "Unpack", Pieces::unpack);

    private Pieces() {}

    private static void concat(Chain chain) {
        List<Tensor> parts = chain.inputs().subList(0, chain.inputs().size() - 1);
        int rank = chain.output(0).rank();
        int axis = front(chain.region().integers(chain.input(parts.size())).get(0), rank);
        long offset = 0;
        for (int index = 0; index < parts.size(); index++) {
            if (chain.wants(index)) {
                List<Long> begin = zeros(rank);
                begin.set(axis, offset);
                chain.give(
                        index,
                        cut(
                                chain.pen(),
                                "" + index,
                                chain.gradient(),
                                begin,
                                parts.get(index).shape()));
            }
            offset += parts.get(index).dimension(axis);
        }
    }

    /** Outputs that the loss does not see count as zeros. */
    private static void split(Chain chain, int whole, int axisInput) {
        Pen pen = chain.pen();
        List<Tensor> parts = gradients(chain);
        List<Tensor> inputs = new ArrayList<>(parts);
        inputs.add(pen.integer(
                "axis", chain.region().integers(chain.input(axisInput)).get(0)));
        chain.give(
                whole,
                pen.put(
                        "" + whole,
                        "ConcatV2",
                        inputs,
                        Map.of(
                                "N",
                                Attributes.integer(parts.size()),
                                "T",
                                Attributes.type(parts.get(0).type()),
                                "Tidx",
                                INT)));
    }

    private static void slice(Chain chain) {
        Tensor input = chain.input(0);
        List<Long> begin = chain.region().integers(chain.input(1));
        List<Long> paddings = new ArrayList<>();
        for (int axis = 0; axis < input.rank(); axis++) {
            paddings.add(begin.get(axis));
            paddings.add(
                    input.dimension(axis) - begin.get(axis) - chain.output(0).dimension(axis));
        }
        Tensor pairs = chain.pen().pairs("paddings", paddings);
        chain.give(
                0,
                chain.pen()
                        .put(
                                "0",
                                "Pad",
                                List.of(chain.gradient(), pairs),
                                Map.of("T", Attributes.type(input.type()), "Tpaddings", INT)));
    }

    private static void stridedSlice(Chain chain) {
        List<Tensor> inputs = new ArrayList<>();
        inputs.add(chain.pen().integers("shape", chain.input(0).shape()));
        Map<String, AttrValue> attributes = new LinkedHashMap<>(Map.of(
                "T",
                Attributes.type(chain.gradient().type()),
                "Index",
                chain.node().getAttrOrThrow("Index")));
        for (int index = 1; index < 4; index++) {
            Tensor bound = chain.input(index);
            inputs.add(
                    bound.type() == DataType.DT_INT32
                            ? bound
                            : chain.pen().cast("bound." + index, bound, DataType.DT_INT32));
        }
        attributes.put("Index", INT);
        inputs.add(chain.gradient());
        for (String mask : List.of("begin", "end", "ellipsis", "new_axis", "shrink_axis")) {
            String name = mask + "_mask";
            attributes.put(name, chain.node().getAttrOrDefault(name, Attributes.integer(0)));
        }
        chain.give(0, chain.pen().put("0", "StridedSliceGrad", inputs, attributes));
    }

    private static void pad(Chain chain) {
        List<Long> paddings = chain.region().integers(chain.input(1));
        List<Long> begin = new ArrayList<>();
        for (int axis = 0; axis < chain.input(0).rank(); axis++) {
            begin.add(paddings.get(2 * axis));
        }
        chain.give(
                0, cut(chain.pen(), "0", chain.gradient(), begin, chain.input(0).shape()));
    }

    private static void pack(Chain chain) {
        int parts = chain.inputs().size();
        AttrValue axis = chain.node().getAttrOrDefault("axis", Attributes.integer(0));
        Tensor first = chain.pen()
                .put(
                        "parts",
                        "Unpack",
                        List.of(chain.gradient()),
                        Map.of(
                                "num",
                                Attributes.integer(parts),
                                "axis",
                                axis,
                                "T",
                                Attributes.type(chain.gradient().type())));
        for (int index = 0; index < parts; index++) {
            if (chain.wants(index)) {
                chain.give(index, chain.region().tensor(first.node(), index));
            }
        }
    }

    private static void unpack(Chain chain) {
        List<Tensor> parts = gradients(chain);
        AttrValue axis = chain.node().getAttrOrDefault("axis", Attributes.integer(0));
        chain.give(
                0,
                chain.pen()
                        .put(
                                "0",
                                "Pack",
                                parts,
                                Map.of(
                                        "N",
                                        Attributes.integer(parts.size()),
                                        "axis",
                                        axis,
                                        "T",
                                        Attributes.type(parts.get(0).type()))));
    }

    private static List<Tensor> gradients(Chain chain) {
        List<Tensor> gradients = new ArrayList<>();
        for (int port = 0; port < chain.region().ports(chain.node()); port++) {
            Tensor output = chain.output(port);
            String word = "zeros." + port;
            gradients.add(chain.gradient(port).orElseGet(() -> chain.pen().zeros(word, output)));
        }
        return gradients;
    }

    private static Tensor cut(Pen pen, String word, Tensor tensor, List<Long> begin, List<Long> size) {
        return pen.put(
                word,
                "Slice",
                List.of(tensor, pen.integers(word + ".begin", begin), pen.integers(word + ".size", size)),
                Map.of("T", Attributes.type(tensor.type()), "Index", INT));
    }

    private static List<Long> zeros(int rank) {
        return new ArrayList<>(Collections.nCopies(rank, 0L));
    }

    private static int front(long axis, int rank) {
        return (int) (axis < 0 ? axis + rank : axis);
    }
}
