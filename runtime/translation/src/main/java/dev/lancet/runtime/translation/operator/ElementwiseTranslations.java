package dev.lancet.runtime.translation.operator;

import dev.lancet.runtime.onnx.graph.ElementType;
import dev.lancet.runtime.onnx.graph.OnnxNode;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.DataType;

/** Operators that compute each element on its own, with broadcasting. */
final class ElementwiseTranslations {

    /** Operators with the same meaning in ONNX. */
    private static final Map<String, String> SAME = Map.ofEntries(
            Map.entry("AddV2", "Add"),
            Map.entry("Add", "Add"),
            Map.entry("BiasAdd", "Add"),
            Map.entry("Sub", "Sub"),
            Map.entry("Mul", "Mul"),
            Map.entry("RealDiv", "Div"),
            Map.entry("Maximum", "Max"),
            Map.entry("Minimum", "Min"),
            Map.entry("Pow", "Pow"),
            Map.entry("Less", "Less"),
            Map.entry("LessEqual", "LessOrEqual"),
            Map.entry("Greater", "Greater"),
            Map.entry("GreaterEqual", "GreaterOrEqual"),
            Map.entry("Equal", "Equal"),
            Map.entry("LogicalAnd", "And"),
            Map.entry("LogicalOr", "Or"),
            Map.entry("LogicalNot", "Not"),
            Map.entry("BitwiseAnd", "BitwiseAnd"),
            Map.entry("SelectV2", "Where"),
            Map.entry("Neg", "Neg"),
            Map.entry("Abs", "Abs"),
            Map.entry("Exp", "Exp"),
            Map.entry("Log", "Log"),
            Map.entry("Sqrt", "Sqrt"),
            Map.entry("Sin", "Sin"),
            Map.entry("Cos", "Cos"),
            Map.entry("Tanh", "Tanh"),
            Map.entry("Sigmoid", "Sigmoid"),
            Map.entry("Softplus", "Softplus"),
            Map.entry("Relu", "Relu"),
            Map.entry("Erf", "Erf"),
            Map.entry("Reciprocal", "Reciprocal"),
            Map.entry("Identity", "Identity"),
            Map.entry("StopGradient", "Identity"),
            Map.entry("PreventGradient", "Identity"));

    /** What ONNX shifts. */
    private static final Set<DataType> UNSIGNED =
            Set.of(DataType.DT_UINT8, DataType.DT_UINT16, DataType.DT_UINT32, DataType.DT_UINT64);

    private ElementwiseTranslations() {}

    static void into(Map<String, OperatorTranslation> table) {
        SAME.forEach((from, to) -> table.put(from, site -> same(site, to)));
        table.put(
                "Square",
                site -> site.gives(site.node("Mul").in(site.in(0), site.in(0)).out()));
        table.put("SquaredDifference", ElementwiseTranslations::squaredDifference);
        table.put("Rsqrt", ElementwiseTranslations::rsqrt);
        table.put("Erfc", ElementwiseTranslations::erfc);
        table.put("NotEqual", ElementwiseTranslations::notEqual);
        table.put("RightShift", ElementwiseTranslations::rightShift);
        table.put("Cast", ElementwiseTranslations::cast);
        table.put("Bitcast", ElementwiseTranslations::signed);
        table.put("IdentityN", ElementwiseTranslations::each);
    }

    private static void same(OperatorSite site, String operator) {
        if (site.text("data_format").equals("NCHW")) {
            throw site.refused("has the channels before the other axes");
        }
        OnnxNode node = site.node(operator);
        for (int i = 0; i < site.inputs(); i++) {
            node.in(site.in(i));
        }
        site.gives(node.out());
    }

    private static void squaredDifference(OperatorSite site) {
        String difference =
                site.helper("Sub", "difference").in(site.in(0), site.in(1)).out();
        site.gives(site.node("Mul").in(difference, difference).out());
    }

    private static void rsqrt(OperatorSite site) {
        site.gives(site.node("Reciprocal")
                .in(site.helper("Sqrt", "root").in(site.in(0)).out())
                .out());
    }

    private static void erfc(OperatorSite site) {
        String one = site.graph().scalar(site.name() + "#one", 1f);
        site.gives(site.node("Sub")
                .in(one, site.helper("Erf", "erf").in(site.in(0)).out())
                .out());
    }

    private static void notEqual(OperatorSite site) {
        site.gives(site.node("Not")
                .in(site.helper("Equal", "equal").in(site.in(0), site.in(1)).out())
                .out());
    }

    private static void rightShift(OperatorSite site) {
        if (!UNSIGNED.contains(site.node().type("T"))) {
            throw site.refused("shifts signed numbers");
        }
        site.gives(site.node("BitShift")
                .in(site.in(0), site.in(1))
                .with("direction", "RIGHT")
                .out());
    }

    private static void cast(OperatorSite site) {
        site.gives(site.node("Cast")
                .in(site.in(0))
                .with("to", site.type("DstT").number())
                .out());
    }

    /** Bytes as signed numbers: {@code v − 256 · (v > 127)}, in 32 bits, because a cast of what does not fit is not defined. */
    private static void signed(OperatorSite site) {
        if (site.node().type("T") != DataType.DT_UINT8 || site.node().type("type") != DataType.DT_INT8) {
            throw site.refused(
                    "reads " + site.node().type("T") + " as " + site.node().type("type"));
        }
        long number = ElementType.INT32.number();
        String wide =
                site.helper("Cast", "wide").in(site.in(0)).with("to", number).out();
        String middle = site.helper("Cast", "middle")
                .in(site.graph().scalar(site.name() + "#128", 128L))
                .with("to", number)
                .out();
        String negative =
                site.helper("GreaterOrEqual", "negative").in(wide, middle).out();
        String minus = site.helper("Sub", "minus")
                .in(wide, site.helper("Add", "256").in(middle, middle).out())
                .out();
        site.gives(site.node("Where").in(negative, minus, wide).out());
    }

    private static void each(OperatorSite site) {
        for (int i = 0; i < site.inputs(); i++) {
            site.gives(i, site.in(i));
        }
    }
}
