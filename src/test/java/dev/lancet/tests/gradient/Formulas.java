package dev.lancet.tests.gradient;

import static dev.lancet.tests.gradient.Formula.FLOAT;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.tests.gradient.Formula.Board;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.proto.DataType;

/** One formula for every op that a gradient passes, several where it has several ways. */
final class Formulas {

    private Formulas() {}

    static List<Formula> all() {
        List<Formula> all = new ArrayList<>();
        products(all);
        arithmetic(all);
        curves(all);
        moves(all);
        pieces(all);
        lookups(all);
        calls(all);
        return all;
    }

    private static void products(List<Formula> all) {
        for (boolean turnA : List.of(false, true)) {
            for (boolean turnB : List.of(false, true)) {
                String turns = (turnA ? " Aᵀ" : " A") + (turnB ? "Bᵀ" : "B");
                all.add(Formula.of("MatMul" + turns, at -> {
                    Value a = turnA ? at.variable("a", 3, 2) : at.variable("a", 2, 3);
                    Value b = turnB ? at.variable("b", 4, 3) : at.variable("b", 3, 4);
                    return at.ops().matmul("y", a, turnA, b, turnB);
                }));
                all.add(Formula.of("BatchMatMulV2" + turns, at -> {
                    Value a = turnA ? at.variable("a", 2, 3, 2) : at.variable("a", 2, 2, 3);
                    Value b = turnB ? at.variable("b", 2, 4, 3) : at.variable("b", 2, 3, 4);
                    return at.ops().batchMatmul("y", a, turnA, b, turnB);
                }));
            }
        }
        all.add(Formula.of("BatchMatMulV2 of one against many", at -> at.ops()
                .batchMatmul("y", at.variable("a", 3, 2, 2), false, at.variable("b", 1, 2, 2), false)));
    }

    private static void arithmetic(List<Formula> all) {
        for (String op : List.of("AddV2", "Sub", "Mul", "RealDiv", "SquaredDifference", "Maximum", "Minimum")) {
            all.add(Formula.of(op, at -> at.binary(op, at.positive("a", 2, 3), at.positive("b", 2, 3))));
            all.add(Formula.of(op + " with a row", at -> at.binary(op, at.positive("a", 2, 3), at.positive("b", 3))));
            all.add(Formula.of(
                    op + " both spread", at -> at.binary(op, at.positive("a", 4, 1), at.positive("b", 2, 1, 3))));
            all.add(Formula.of(op + " with a scalar", at -> at.binary(op, at.positive("a"), at.positive("b", 3, 2))));
            all.add(Formula.of(op + " with itself", at -> {
                Value a = at.positive("a", 2, 3);
                return at.binary(op, a, a);
            }));
        }
        all.add(Formula.of(
                "Pow", at -> at.binary("Pow", at.positive("a", 2, 3), at.ops().constant("three", 3f))));
        all.add(Formula.of("AddN", at -> at.sketch()
                .node("y", "AddN")
                .in(at.variable("a", 2), at.variable("b", 2))
                .with("N", 2)
                .with("T", FLOAT)
                .gives(TensorType.of(FLOAT, 2))));
        all.add(Formula.of("BiasAdd", at -> at.sketch()
                .node("y", "BiasAdd")
                .in(at.variable("a", 2, 3), at.variable("b", 3))
                .with("T", FLOAT)
                .gives(TensorType.of(FLOAT, 2, 3))));
        all.add(Formula.of("SelectV2", at -> {
            Value a = at.variable("a", 2, 3);
            Value b = at.variable("b", 3);
            Value zero = at.ops().constant("zero", 0f);
            Value c = at.sketch().variable("c", TensorType.of(FLOAT, 2, 1));
            return at.ops().select("y", at.ops().compare("where", "Greater", c, zero), a, b);
        }));
    }

    private static void curves(List<Formula> all) {
        for (String op : List.of(
                "Neg",
                "Square",
                "Sqrt",
                "Rsqrt",
                "Reciprocal",
                "Tanh",
                "Sigmoid",
                "Exp",
                "Log",
                "Erf",
                "Relu",
                "Identity",
                "Softmax")) {
            all.add(Formula.of(op, at -> at.unary(op, at.positive("a", 2, 3))));
        }
        all.add(Formula.of("Softmax of rank 3", at -> at.unary("Softmax", at.variable("a", 2, 2, 3))));
        for (String op : List.of("Mean", "Sum")) {
            all.add(Formula.of(op + " kept", at -> at.reduce(op, true, 1, 2, 1, 4)));
            all.add(Formula.of(op + " dropped", at -> at.reduce(op, false, -1, 2, 3)));
        }
    }

    private static void moves(List<Formula> all) {
        all.add(Formula.of("Reshape", at -> at.ops()
                .reshape("y", at.variable("a", 2, 3), at.ops().ints("to", 3, 2), List.of(3L, 2L))));
        all.add(Formula.of("Transpose", at -> at.ops()
                .transpose("y", at.variable("a", 2, 3, 4), at.ops().ints("order", 2, 0, 1), 2, 0, 1)));
        all.add(Formula.of("ExpandDims", at -> at.sketch()
                .node("y", "ExpandDims")
                .in(at.variable("a", 2, 3), at.ops().constant("at", 1))
                .with("T", FLOAT)
                .with("Tdim", DataType.DT_INT32)
                .gives(TensorType.of(FLOAT, 2, 1, 3))));
        all.add(Formula.of("Squeeze", at -> at.sketch()
                .node("y", "Squeeze")
                .in(at.variable("a", 2, 1, 3))
                .with("T", FLOAT)
                .gives(TensorType.of(FLOAT, 2, 3))));
        all.add(Formula.of("BroadcastTo", at -> at.sketch()
                .node("y", "BroadcastTo")
                .in(at.variable("a", 1, 3), at.ops().ints("to", 2, 4, 3))
                .with("T", FLOAT)
                .with("Tidx", DataType.DT_INT32)
                .gives(TensorType.of(FLOAT, 2, 4, 3))));
    }

    private static void pieces(List<Formula> all) {
        all.add(Formula.of("ConcatV2", at -> at.ops()
                .concat(
                        "y",
                        at.variable("a", 2, 3),
                        at.variable("b", 2, 1),
                        at.ops().constant("axis", 1),
                        1)));
        all.add(Formula.of("Split", at -> {
            var halves =
                    at.ops().halves("halves", at.variable("a", 2, 4), at.ops().constant("axis", 1), 1);
            return at.binary("Mul", halves.get(0), halves.get(1));
        }));
        all.add(Formula.of(
                "Split of which one half is used",
                at -> at.unary(
                        "Square",
                        at.ops()
                                .halves(
                                        "halves",
                                        at.variable("a", 2, 4),
                                        at.ops().constant("axis", 1),
                                        1)
                                .get(1))));
        all.add(Formula.of(
                "SplitV",
                at -> at.unary(
                        "Square",
                        at.sketch()
                                .node("parts", "SplitV")
                                .in(
                                        at.variable("a", 2, 4),
                                        at.ops().ints("sizes", 1, 3),
                                        at.ops().constant("axis", 1))
                                .with("T", FLOAT)
                                .with("Tlen", DataType.DT_INT32)
                                .with("num_split", 2)
                                .gives(List.of(TensorType.of(FLOAT, 2, 1), TensorType.of(FLOAT, 2, 3)))
                                .get(1))));
        all.add(Formula.of("Slice", at -> at.sketch()
                .node("y", "Slice")
                .in(
                        at.variable("a", 3, 4),
                        at.ops().ints("begin", 1, 0),
                        at.ops().ints("size", 1, -1))
                .with("T", FLOAT)
                .with("Index", DataType.DT_INT32)
                .gives(TensorType.of(FLOAT, 1, 4))));
        all.add(Formula.of("StridedSlice", at -> at.sketch()
                .node("y", "StridedSlice")
                .in(
                        at.variable("a", 3, 5),
                        at.ops().ints("begin", 1, 4),
                        at.ops().ints("end", 2, 0),
                        at.ops().ints("step", 1, -2))
                .with("T", FLOAT)
                .with("Index", DataType.DT_INT32)
                .with("shrink_axis_mask", 1)
                .gives(TensorType.of(FLOAT, 2))));
        all.add(Formula.of("Pack", at -> at.sketch()
                .node("y", "Pack")
                .in(at.variable("a", 2), at.variable("b", 2))
                .with("T", FLOAT)
                .with("N", 2)
                .with("axis", 1)
                .gives(TensorType.of(FLOAT, 2, 2))));
        all.add(Formula.of("Unpack", at -> {
            var rows = at.sketch()
                    .node("rows", "Unpack")
                    .in(at.variable("a", 2, 3))
                    .with("T", FLOAT)
                    .with("num", 2)
                    .with("axis", 0)
                    .gives(List.of(TensorType.of(FLOAT, 3), TensorType.of(FLOAT, 3)));
            return at.binary("Mul", rows.get(0), rows.get(1));
        }));
    }

    private static void lookups(List<Formula> all) {
        all.add(Formula.of("GatherV2", at -> at.ops()
                .gather("y", at.variable("a", 3, 2), at.ids(2, 4), at.ops().constant("axis", 0), 0)));
        all.add(Formula.of("SparseSoftmaxCrossEntropyWithLogits", at -> at.sketch()
                .node("y", "SparseSoftmaxCrossEntropyWithLogits")
                .in(at.variable("a", 4, 3), at.ids(4))
                .with("T", FLOAT)
                .with("Tlabels", DataType.DT_INT32)
                .gives(List.of(TensorType.of(FLOAT, 4), TensorType.of(FLOAT, 4, 3)))
                .get(0)));
    }

    private static void calls(List<Formula> all) {
        all.add(Formula.of("PartitionedCall", at -> twice(at, at.variable("a", 2, 4), at.variable("b", 4))));
        all.add(Formula.of(
                "PartitionedCall of which one argument is frozen",
                at -> twice(at, at.variable("a", 2, 4), at.sketch().variable("frozen", TensorType.of(FLOAT, 4)))));
    }

    /** A function of a multiple reading, a broadcast, a Split and a reduction, called from two places. */
    private static Value twice(Board at, Value a, Value b) {
        GraphBuilder body = GraphBuilder.function("block");
        Formula.Board in = new Formula.Board(body, new ArrayList<>());
        Value x = body.argument("x", TensorType.of(FLOAT, 2, 4));
        Value gain = body.argument("gain", TensorType.of(FLOAT, 4));
        Value mean = in.ops().meanOfLast("mean", in.ops().unary("square", "Square", x));
        Value halves = in.ops()
                .halves("halves", in.ops().mul("scaled", x, gain), in.ops().constant("axis", 1), 1)
                .get(1);
        body.result(
                "y",
                in.ops()
                        .mul(
                                "out",
                                in.ops().concat("twin", halves, halves, in.ops().constant("last", 1), 1),
                                mean));
        GraphBuilder.Function block = at.sketch().define(body);
        Value once = at.sketch().call("once", block, List.of(a, b)).get(0);
        return at.sketch().call("y", block, List.of(once, b)).get(0);
    }
}
