package dev.lancet.runtime.translation.operator;

import dev.lancet.runtime.onnx.graph.OnnxNode;
import java.util.List;
import java.util.Map;

/** Products, sums over axes, and softmax. */
final class ProductTranslations {

    private static final Map<String, String> REDUCTIONS = Map.of(
            "Mean", "ReduceMean",
            "Sum", "ReduceSum",
            "Max", "ReduceMax",
            "Min", "ReduceMin",
            "Prod", "ReduceProd");

    private ProductTranslations() {}

    static void into(Map<String, OperatorTranslation> table) {
        table.put("MatMul", ProductTranslations::matrix);
        table.put("BatchMatMulV2", ProductTranslations::batch);
        table.put("BatchMatMulV3", ProductTranslations::batch);
        table.put("Einsum", ProductTranslations::einsum);
        table.put("Softmax", ProductTranslations::softmax);
        REDUCTIONS.forEach((from, to) -> table.put(from, site -> reduction(site, to)));
    }

    private static void matrix(OperatorSite site) {
        String a = turned(site, 0, site.node().flag("transpose_a"));
        String b = turned(site, 1, site.node().flag("transpose_b"));
        site.gives(site.node("MatMul").in(a, b).out());
    }

    private static String turned(OperatorSite site, int input, boolean turned) {
        return turned
                ? site.helper("Transpose", "turned" + input)
                        .in(site.in(input))
                        .with("perm", List.of(1L, 0L))
                        .out()
                : site.in(input);
    }

    /** Transposes the last two axes of stacks without knowing how many there are before them. */
    private static void batch(OperatorSite site) {
        boolean x = site.node().flag("adj_x");
        boolean y = site.node().flag("adj_y");
        if (!x && !y) {
            site.gives(site.node("MatMul").in(site.in(0), site.in(1)).out());
        } else if (site.portable()) {
            String equation = (x ? "...ji" : "...ij") + "," + (y ? "...kj" : "...jk") + "->...ik";
            site.gives(site.node("Einsum")
                    .in(site.in(0), site.in(1))
                    .with("equation", equation)
                    .out());
        } else {
            site.gives(site.graph()
                    .contrib("FusedMatMul", site.name())
                    .in(site.in(0), site.in(1))
                    .with("transA", x ? 1 : 0)
                    .with("transB", y ? 1 : 0)
                    .out());
        }
    }

    private static void einsum(OperatorSite site) {
        OnnxNode node = site.node("Einsum").with("equation", site.text("equation"));
        for (int i = 0; i < site.inputs(); i++) {
            node.in(site.in(i));
        }
        site.gives(node.out());
    }

    private static void softmax(OperatorSite site) {
        site.gives(site.node("Softmax").in(site.in(0)).with("axis", -1).out());
    }

    private static void reduction(OperatorSite site, String operator) {
        List<Long> axes = site.constants(1, "axes");
        if (axes.isEmpty()) {
            site.gives(site.node("Identity").in(site.in(0)).out());
            return;
        }
        site.gives(site.node(operator)
                .in(site.in(0), site.ints("axes", axes))
                .with("keepdims", site.node().flag("keep_dims") ? 1 : 0)
                .out());
    }
}
