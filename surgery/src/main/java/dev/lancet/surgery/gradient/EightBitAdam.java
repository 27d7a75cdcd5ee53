package dev.lancet.surgery.gradient;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;

/**
 * Updates variables by Adam with both moments in 8 bits. Each block of 256 elements has a scale, the largest absolute value
 * in it (Dettmers et al., arXiv 2110.02861, section 2.1). The code is not the table of the paper, whose lookup TensorFlow
 * does element by element, but a power, which takes a few element-wise operations:
 * <pre>
 *   m = sign(c) · (c / 127)² · scale,  c from -127 to 127, stored plus 128
 *   v = (c / 255)⁴ · scale,            c from 1 to 255
 * </pre>
 * So √v has the levels of m. A stored v is never 0 where its block has a gradient, so a small gradient makes no large step.
 * The update itself uses the moments before they are rounded:
 * <pre>
 * Z                = adam_eight_bit(blocks of g, X.m.codes, X.m.scale, X.v.codes, X.v.scale, beta1, ...)
 * X.m.codes.moved  = AssignVariableOp(X.m.codes, Z:1)    and so on
 * X.update         = AssignSubVariableOp(X, Z)
 * </pre>
 */
final class EightBitAdam {

    /** Elements with one scale. */
    static final int BLOCK = 256;

    private static final String FUNCTION = "adam_eight_bit";
    private static final float SIGNED = 127;
    private static final float ZERO = 128;
    private static final float UNSIGNED = 255;
    private static final float TINY = 1e-30f;

    private final GradientNodeBuilder late;
    private final Assignments assignments;

    /** @param late builds nodes that run only after the update may begin */
    EightBitAdam(GradientNodeBuilder late, Assignments assignments) {
        this.late = late;
        this.assignments = assignments;
    }

    /** The state of a variable. */
    static List<ArraySpec> slots(ArraySpec variable) {
        int blocks = Math.toIntExact((variable.elements() + BLOCK - 1) / BLOCK);
        return Stream.of(".m", ".v")
                .map(variable.name()::concat)
                .flatMap(moment -> Stream.of(
                        new ArraySpec(moment + ".codes", ArraySpec.Type.UINT8, List.of(blocks, BLOCK)),
                        new ArraySpec(moment + ".scale", ArraySpec.Type.FLOAT32, List.of(blocks, 1))))
                .toList();
    }

    /**
     * The node that updates a variable with a gradient, after other nodes.
     *
     * @param scalars beta1, beta2, 1 - beta1ᵗ, 1 - beta2ᵗ, epsilon and the rate
     */
    String move(String variable, Value value, Value gradient, List<Value> scalars, List<String> after) {
        long elements = value.elements();
        long blocks = (elements + BLOCK - 1) / BLOCK;
        TensorType codes = TensorType.of(DataType.DT_UINT8, blocks, BLOCK);
        TensorType scales = TensorType.of(DataType.DT_FLOAT, blocks, 1);
        List<String> names =
                List.of(variable + ".m.codes", variable + ".m.scale", variable + ".v.codes", variable + ".v.scale");
        List<Value> inputs = new ArrayList<>(List.of(blocked(variable, gradient, elements, blocks)));
        for (int i = 0; i < names.size(); i++) {
            inputs.add(assignments.slot(names.get(i), i % 2 == 0 ? codes : scales));
        }
        inputs.addAll(scalars);
        Value moved = call(variable + ".adam", inputs);
        List<String> before = new ArrayList<>(after);
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            before.add(assignments.put(name + ".moved", "AssignVariableOp", name, late.port(moved, i + 1), after));
        }
        Value step = late.reshape(variable + ".step", cut(variable, moved, elements, blocks), value.dims());
        return assignments.put(variable + ".update", "AssignSubVariableOp", variable, step, before);
    }

    private Value blocked(String variable, Value gradient, long elements, long blocks) {
        String word = variable + ".grad.blocks";
        Value flat = late.reshape(word + ".flat", gradient, List.of(elements));
        long more = blocks * BLOCK - elements;
        Value padded = more == 0
                ? flat
                : late.put(
                        word + ".padded",
                        "Pad",
                        List.of(flat, late.pairs(word + ".more", List.of(0L, more))),
                        Map.of(
                                "T",
                                Attributes.of(DataType.DT_FLOAT),
                                "Tpaddings",
                                Attributes.of(DataType.DT_INT32),
                                Attributes.SHAPES,
                                Attributes.shapes(List.of(List.of(blocks * BLOCK)))));
        return late.reshape(word, padded, List.of(blocks, (long) BLOCK));
    }

    private Value cut(String variable, Value moved, long elements, long blocks) {
        if (elements == blocks * BLOCK) {
            return moved;
        }
        String word = variable + ".step.cut";
        return late.put(
                word,
                "Slice",
                List.of(
                        late.reshape(variable + ".step.flat", moved, List.of(blocks * BLOCK)),
                        late.integers(word + ".begin", List.of(0L)),
                        late.integers(word + ".size", List.of(elements))),
                Map.of(
                        "T",
                        Attributes.of(DataType.DT_FLOAT),
                        "Index",
                        Attributes.of(DataType.DT_INT32),
                        Attributes.SHAPES,
                        Attributes.shapes(List.of(List.of(elements)))));
    }

    private Value call(String word, List<Value> inputs) {
        List<Value> results = inputs.subList(0, 5);
        return late.put(
                word,
                "PartitionedCall",
                inputs,
                Map.of(
                        "f",
                        Attributes.function(FUNCTION),
                        "Tin",
                        Attributes.types(inputs.stream().map(Value::type).toList()),
                        "Tout",
                        Attributes.types(results.stream().map(Value::type).toList()),
                        "config",
                        Attributes.of(""),
                        "config_proto",
                        Attributes.of(""),
                        "executor_type",
                        Attributes.of(""),
                        Attributes.SHAPES,
                        Attributes.shapes(results.stream().map(Value::dims).toList())));
    }

    /** The function: {@code (g, m codes, m scale, v codes, v scale, scalars) -> (step, and the four arrays anew)}. */
    static FunctionDef function() {
        GraphBuilder body = GraphBuilder.function(FUNCTION);
        Ops ops = new Ops(body);
        Value g = body.argument("g", TensorType.of(DataType.DT_FLOAT, -1, BLOCK));
        Value mCodes = body.argument("m_codes", TensorType.of(DataType.DT_UINT8, -1, BLOCK));
        Value mScale = body.argument("m_scale", TensorType.of(DataType.DT_FLOAT, -1, 1));
        Value vCodes = body.argument("v_codes", TensorType.of(DataType.DT_UINT8, -1, BLOCK));
        Value vScale = body.argument("v_scale", TensorType.of(DataType.DT_FLOAT, -1, 1));
        List<Value> scalars = Stream.of("beta1", "beta2", "left1", "left2", "epsilon", "rate")
                .map(name -> body.argument(name, TensorType.of(DataType.DT_FLOAT)))
                .toList();
        Value mLevel = ops.sub("m_level", ops.cast("m_wide", mCodes, DataType.DT_FLOAT), ops.constant("zero", ZERO));
        Value mRoot = ops.mul("m_root", mLevel, ops.constant("m_unit", 1 / SIGNED));
        Value mShare = ops.mul("m_share", mRoot, ops.unary("m_size", "Abs", mRoot));
        Value vRoot =
                ops.mul("v_root", ops.cast("v_wide", vCodes, DataType.DT_FLOAT), ops.constant("v_unit", 1 / UNSIGNED));
        Value vShare = ops.unary("v_share", "Square", ops.unary("v_square", "Square", vRoot));
        Value m = mixed(ops, "m", ops.mul("m_old", mShare, mScale), g, scalars.get(0));
        Value v = mixed(ops, "v", ops.mul("v_old", vShare, vScale), ops.unary("g_square", "Square", g), scalars.get(1));
        Value root = ops.unary("root", "Sqrt", ops.binary("v_full", "RealDiv", v, scalars.get(3)));
        Value below = ops.add("below", root, scalars.get(4));
        Value above = ops.mul("above", ops.binary("m_full", "RealDiv", m, scalars.get(2)), scalars.get(5));
        body.result("step", ops.binary("moved", "RealDiv", above, below));
        Value size = ops.unary("m_new_size", "Abs", m);
        Value mMost = most(ops, "m_most", size);
        Value mCode = ops.mul(
                "m_code",
                ops.unary("m_new_root", "Sqrt", share(ops, "m_new", size, mMost)),
                ops.constant("m_codes_count", SIGNED));
        Value signed = ops.mul("m_signed", ops.unary("m_sign", "Sign", m), ops.unary("m_round", "Round", mCode));
        body.result(
                "m_codes_new",
                ops.cast("m_narrow", ops.add("m_shifted", signed, ops.constant("m_zero", ZERO)), DataType.DT_UINT8));
        body.result("m_scale_new", mMost);
        Value vMost = most(ops, "v_most", v);
        Value vNewRoot =
                ops.unary("v_new_root", "Sqrt", ops.unary("v_new_square", "Sqrt", share(ops, "v_new", v, vMost)));
        Value vCode =
                ops.unary("v_round", "Round", ops.mul("v_code", vNewRoot, ops.constant("v_codes_count", UNSIGNED)));
        body.result(
                "v_codes_new",
                ops.cast(
                        "v_narrow",
                        ops.binary("v_least", "Maximum", vCode, ops.constant("v_fewest", 1f)),
                        DataType.DT_UINT8));
        body.result("v_scale_new", vMost);
        return body.toFunction().definition();
    }

    /** {@code beta · old + (1 − beta) · fresh}. */
    private static Value mixed(Ops ops, String name, Value old, Value fresh, Value beta) {
        Value rest = ops.sub(name + "_rest", ops.constant(name + "_one", 1f), beta);
        return ops.add(name, ops.mul(name + "_kept", old, beta), ops.mul(name + "_taken", fresh, rest));
    }

    private static Value most(Ops ops, String name, Value x) {
        return ops.reduce(name, "Max", x, ops.ints(name + "_axis", 1), true, List.of(-1L, 1L));
    }

    private static Value share(Ops ops, String name, Value x, Value most) {
        return ops.binary(
                name + "_share",
                "RealDiv",
                x,
                ops.binary(name + "_divisor", "Maximum", most, ops.constant(name + "_tiny", TINY)));
    }
}
