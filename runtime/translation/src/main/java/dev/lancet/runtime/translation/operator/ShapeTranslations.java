package dev.lancet.runtime.translation.operator;

import dev.lancet.runtime.onnx.graph.ElementType;
import dev.lancet.runtime.onnx.graph.OnnxNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;

/** Operators that move elements without computing with them. */
final class ShapeTranslations {

    private static final int MOST_PARTS = 10_000;

    private ShapeTranslations() {}

    static void into(Map<String, OperatorTranslation> table) {
        table.put("Shape", ShapeTranslations::shape);
        table.put(
                "Reshape",
                site -> site.gives(site.node("Reshape")
                        .in(site.in(0), site.longs(1))
                        .with("allowzero", 1)
                        .out()));
        table.put(
                "Transpose",
                site -> site.gives(site.node("Transpose")
                        .in(site.in(0))
                        .with("perm", site.constants(1, "order of axes"))
                        .out()));
        table.put(
                "ExpandDims",
                site -> site.gives(site.node("Unsqueeze")
                        .in(site.in(0), site.ints("axis", List.of(site.constant(1, "axis"))))
                        .out()));
        table.put("Squeeze", ShapeTranslations::squeeze);
        table.put("Pack", ShapeTranslations::pack);
        table.put("Unpack", ShapeTranslations::unpack);
        table.put("ConcatV2", ShapeTranslations::concat);
        table.put("Split", ShapeTranslations::split);
        table.put("SplitV", ShapeTranslations::splitBySizes);
        table.put("GatherV2", site -> gather(site, site.constant(2, "axis")));
        table.put("ResourceGather", site -> gather(site, 0));
        table.put(
                "Tile",
                site -> site.gives(
                        site.node("Tile").in(site.in(0), site.longs(1)).out()));
        table.put(
                "BroadcastTo",
                site -> site.gives(
                        site.node("Expand").in(site.in(0), site.longs(1)).out()));
        table.put(
                "Fill",
                site -> site.gives(
                        site.node("Expand").in(site.in(1), site.longs(0)).out()));
        table.put(
                "Range",
                site -> site.gives(site.node("Range")
                        .in(site.in(0), site.in(1), site.in(2))
                        .out()));
        table.put("Pad", ShapeTranslations::pad);
    }

    private static void shape(OperatorSite site) {
        String shape = site.helper("Shape", "longs").in(site.in(0)).out();
        site.gives(site.node("Cast")
                .in(shape)
                .with(
                        "to",
                        (site.node().attribute("out_type").isPresent() ? site.type("out_type") : ElementType.INT32)
                                .number())
                .out());
    }

    private static void squeeze(OperatorSite site) {
        List<Long> axes = site.node()
                .attribute("squeeze_dims")
                .map(AttrValue::getList)
                .map(AttrValue.ListValue::getIList)
                .orElse(List.of());
        OnnxNode node = site.node("Squeeze").in(site.in(0));
        site.gives(
                axes.isEmpty() ? node.out() : node.in(site.ints("axes", axes)).out());
    }

    private static void pack(OperatorSite site) {
        String axis = site.ints("axis", List.of(site.number("axis")));
        OnnxNode joined = site.node("Concat").with("axis", site.number("axis"));
        for (int i = 0; i < site.inputs(); i++) {
            joined.in(site.helper("Unsqueeze", "part" + i).in(site.in(i), axis).out());
        }
        site.gives(joined.out());
    }

    private static void unpack(OperatorSite site) {
        int count = count(site, "num");
        String axis = site.ints("axis", List.of(site.number("axis")));
        List<String> parts = parts(site, count);
        site.helper("Split", "split")
                .in(site.in(0))
                .with("axis", site.number("axis"))
                .with("num_outputs", count)
                .outs(parts.toArray(String[]::new));
        for (int i = 0; i < count; i++) {
            site.gives(
                    i,
                    site.helper("Squeeze", "squeezed" + i)
                            .in(parts.get(i), axis)
                            .out());
        }
    }

    private static int count(OperatorSite site, String attribute) {
        long count = site.number(attribute);
        if (count < 1 || count > MOST_PARTS) {
            throw site.refused("has " + count + " parts");
        }
        return (int) count;
    }

    private static List<String> parts(OperatorSite site, int count) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parts.add(site.name() + "#part" + i);
        }
        return parts;
    }

    private static void concat(OperatorSite site) {
        int last = site.inputs() - 1;
        OnnxNode node = site.node("Concat").with("axis", site.constant(last, "axis"));
        for (int i = 0; i < last; i++) {
            node.in(site.in(i));
        }
        site.gives(node.out());
    }

    private static void split(OperatorSite site) {
        List<String> parts = parts(site, count(site, "num_split"));
        site.helper("Split", "split")
                .in(site.in(1))
                .with("axis", site.constant(0, "axis"))
                .with("num_outputs", parts.size())
                .outs(parts.toArray(String[]::new));
        give(site, parts);
    }

    private static void splitBySizes(OperatorSite site) {
        List<Long> sizes = site.constants(1, "sizes");
        if (sizes.contains(-1L)) {
            throw site.refused("leaves a size open");
        }
        List<String> parts = parts(site, sizes.size());
        site.helper("Split", "split")
                .in(site.in(0), site.ints("sizes", sizes))
                .with("axis", site.constant(2, "axis"))
                .outs(parts.toArray(String[]::new));
        give(site, parts);
    }

    private static void give(OperatorSite site, List<String> parts) {
        for (int i = 0; i < parts.size(); i++) {
            site.gives(i, parts.get(i));
        }
    }

    private static void gather(OperatorSite site, long axis) {
        if (site.number("batch_dims") != 0) {
            throw site.refused("has batch axes");
        }
        site.gives(site.node("Gather")
                .in(site.in(0), site.in(1))
                .with("axis", axis)
                .out());
    }

    /** TensorFlow has the room before and after each axis, ONNX first all before, then all after. */
    private static void pad(OperatorSite site) {
        List<Long> pairs = site.constants(1, "paddings");
        List<Long> all = new ArrayList<>();
        for (int side = 0; side < 2; side++) {
            for (int i = side; i < pairs.size(); i += 2) {
                all.add(pairs.get(i));
            }
        }
        site.gives(site.node("Pad").in(site.in(0), site.ints("paddings", all)).out());
    }
}
