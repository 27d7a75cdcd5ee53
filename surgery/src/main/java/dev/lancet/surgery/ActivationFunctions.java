package dev.lancet.surgery;

import dev.lancet.dsl.Head;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Value;

/** The functions of single elements between matrices. */
final class ActivationFunctions {

    private ActivationFunctions() {}

    /** The function of a head. */
    static Value of(Ops ops, Head.Activation activation, Value z) {
        return switch (activation) {
            case TANH -> ops.unary("tanh", "Tanh", z);
            case RELU -> ops.unary("relu", "Relu", z);
            case GELU -> gelu(ops, z);
            case GELU_TANH -> geluTanh(ops, z);
        };
    }

    /** {@code z · Φ(z)}. */
    static Value gelu(Ops ops, Value z) {
        Value inner = ops.mul("inner", z, ops.constant("input_scale", (float) Math.sqrt(0.5)));
        return gelu(ops, z, inner, "Erf");
    }

    /** GELU with the tanh approximation. */
    static Value geluTanh(Ops ops, Value z) {
        Value cube = ops.mul("cube", z, ops.unary("square", "Square", z));
        Value cubic =
                ops.add("cubic_sum", z, ops.mul("scaled_cube", cube, ops.constant("cubic_coefficient", 0.044715f)));
        Value inner = ops.mul("inner", cubic, ops.constant("input_scale", (float) Math.sqrt(2 / Math.PI)));
        return gelu(ops, z, inner, "Tanh");
    }

    private static Value gelu(Ops ops, Value z, Value inner, String function) {
        Value erf = ops.unary("erf", function, inner);
        Value onePlusErf = ops.add("one_plus_erf", erf, ops.constant("one", 1f));
        Value half = ops.mul("half", z, ops.constant("a_half", 0.5f));
        return ops.mul("gelu", half, onePlusErf);
    }
}
